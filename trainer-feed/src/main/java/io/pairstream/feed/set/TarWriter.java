package io.pairstream.feed.set;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Rendition;
import io.pairstream.schemas.TokenSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a WebDataset shard (https://github.com/webdataset/webdataset#the-webdataset-format): a
 * POSIX tar in which a pair is {@code PAIR_ID.jpg} (or {@code .png}), {@code PAIR_ID.NAME.jpg} of
 * each rendition, {@code PAIR_ID.json} and {@code PAIR_ID.txt}. Owner and times are 0, so that
 * nothing but the pairs decides its bytes. For one thread.
 */
final class TarWriter {

  /** Writes doubles in their shortest exact form, equal on every Java version. */
  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .build();

  private final TarArchiveOutputStream tar;

  /**
   * @param output the caller's, not closed here
   */
  TarWriter(OutputStream output) {
    tar = new TarArchiveOutputStream(output, StandardCharsets.UTF_8.name());
  }

  /**
   * Adds a pair.
   *
   * @param answers of models about it
   * @throws FeedRefusedException where its id names no file, or a picture cannot be written as one
   */
  void add(PreparedPair pair, List<ModelAnswer> answers) throws IOException {
    String id = pair.getPairId();
    if (!id.matches("[0-9A-Za-z-]{1,64}")) {
      throw new FeedRefusedException(
          "pair '%s' has an id that names no file: 1 to 64 letters, digits and hyphens"
              .formatted(id));
    }
    PictureFile picture = PictureFile.of(pair);
    member(id + "." + picture.extension(), picture.bytes());
    for (Rendition rendition : pair.getRenditions()) {
      PictureFile file = PictureFile.of(pair, rendition);
      member(id + "." + rendition.getName() + "." + file.extension(), file.bytes());
    }
    member(id + ".json", json(pair, answers));
    member(id + ".txt", pair.getCaption().getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes written until now. */
  long bytes() {
    return tar.getBytesWritten();
  }

  /** Writes the end of the file, after the last pair. */
  void finish() throws IOException {
    tar.finish();
    tar.flush();
  }

  private void member(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setModTime(0);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] json(PreparedPair pair, List<ModelAnswer> answers) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    PairField.ALL.forEach(field -> fields.put(field.name(), field.value().apply(pair)));
    fields.put("token_sets", pair.getTokenSets().stream().map(TarWriter::of).toList());
    fields.put("renditions", pair.getRenditions().stream().map(TarWriter::of).toList());
    fields.put("answers", answers);
    return JSON.writeValueAsBytes(fields);
  }

  private static Map<String, Object> of(Rendition rendition) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", rendition.getName());
    fields.put("width", rendition.getWidth());
    fields.put("height", rendition.getHeight());
    fields.put("channels", rendition.getChannels());
    fields.put("colour", rendition.getColour());
    fields.put("stored_encoding", rendition.getImageEncoding());
    return fields;
  }

  private static Map<String, Object> of(TokenSet set) {
    Map<String, Object> fields = new LinkedHashMap<>();
    set.getSchema().getFields().forEach(field -> fields.put(field.name(), set.get(field.pos())));
    return fields;
  }
}
