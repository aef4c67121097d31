package io.pairstream.feed.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.schemas.PreparedPair;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A WebDataset shard (https://github.com/webdataset/webdataset#the-webdataset-format): a POSIX tar
 * in which a pair is {@code PAIR_ID.jpg} (or {@code .png}), {@code PAIR_ID.json} and {@code
 * PAIR_ID.txt}. Owner and times are 0, so that nothing but the pairs decides its bytes.
 */
final class TarShard implements ExportFormat.Writer {

  /** Writes doubles in their shortest exact form, equal on every Java version. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .build();

  private final TarArchiveOutputStream tar;

  TarShard(OutputStream output) {
    tar = new TarArchiveOutputStream(output, StandardCharsets.UTF_8.name());
  }

  @Override
  public void add(PreparedPair pair) throws IOException {
    ImageFile image = ImageFile.of(pair);
    member(pair.getPairId() + "." + image.extension(), image.bytes());
    member(pair.getPairId() + ".json", json(pair));
    member(pair.getPairId() + ".txt", pair.getCaption().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void finish() throws IOException {
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

  private static byte[] json(PreparedPair pair) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    PairField.ALL.forEach(field -> fields.put(field.name(), field.value().apply(pair)));
    return JSON.writeValueAsBytes(fields);
  }
}
