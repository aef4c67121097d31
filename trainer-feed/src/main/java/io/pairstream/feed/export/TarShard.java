package io.pairstream.feed.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.schemas.PreparedPair;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A WebDataset shard (https://github.com/webdataset/webdataset#the-webdataset-format): a POSIX tar
 * in which a pair is {@code PAIR_ID.jpg} (or {@code .png}), {@code PAIR_ID.json} and {@code
 * PAIR_ID.txt}. Owner and times are 0, so that nothing but the pairs decides its bytes.
 */
final class TarShard implements ShardWriter {

  private static final int BLOCK_BYTES = 512;
  private static final int NAME_BYTES = 100;
  private static final int SUM_AT = 148;
  private static final int SUM_BYTES = 8;

  /** Doubles as short as they can be read again, on every Java. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .build();

  private final OutputStream output;

  TarShard(OutputStream output) {
    this.output = output;
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
    output.write(new byte[2 * BLOCK_BYTES]);
  }

  private void member(String name, byte[] content) throws IOException {
    output.write(header(name, content.length));
    output.write(content);
    output.write(new byte[-content.length & (BLOCK_BYTES - 1)]);
  }

  /** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar". */
  private static byte[] header(String name, int size) {
    byte[] header = new byte[BLOCK_BYTES];
    if (name.length() > NAME_BYTES) {
      throw new ExportRefusedException("a tar has no room for the pair id " + name);
    }
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, String.format(Locale.ROOT, "%011o", size));
    put(header, 136, "00000000000");
    put(header, 156, "0");
    put(header, 257, "ustar");
    put(header, 263, "00");
    int sum = SUM_BYTES * ' ';
    for (byte value : header) {
      sum += value & 0xff;
    }
    put(header, SUM_AT, String.format(Locale.ROOT, "%06o", sum));
    header[SUM_AT + SUM_BYTES - 1] = ' ';
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static byte[] json(PreparedPair pair) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    PairField.ALL.forEach(field -> fields.put(field.name(), field.value().apply(pair)));
    return JSON.writeValueAsBytes(fields);
  }
}
