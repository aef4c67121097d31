package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.ValueFault.AvroBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvroBodyTest {

  private static final Schema EVERY_TYPE =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Every", "fields": [
                {"name": "image", "type": "bytes"},
                {"name": "caption", "type": "string"},
                {"name": "whole", "type": "int"},
                {"name": "time", "type": "long"},
                {"name": "exact", "type": "boolean"},
                {"name": "score", "type": "float"},
                {"name": "weight", "type": "double"},
                {"name": "digest", "type": {"type": "fixed", "name": "Digest", "size": 4}},
                {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
                {"name": "maybe", "type": ["null", "string", {"type": "array", "items": "int"}]},
                {"name": "sizes", "type": {"type": "array", "items": "long"}},
                {"name": "said", "type": {"type": "map", "values": "string"}}
              ]}
              """);

  private static byte[] whole() {
    GenericRecord record = new GenericData.Record(EVERY_TYPE);
    record.put("image", ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
    record.put("caption", "an owl");
    record.put("whole", -70_000);
    record.put("time", 1_700_000_000_000L);
    record.put("exact", true);
    record.put("score", 0.5f);
    record.put("weight", 0.25);
    record.put(
        "digest", new GenericData.Fixed(EVERY_TYPE.getField("digest").schema(), new byte[4]));
    record.put("kind", new GenericData.EnumSymbol(EVERY_TYPE.getField("kind").schema(), "B"));
    record.put("maybe", List.of(1, 2, 3));
    record.put("sizes", List.of(1L, 1L << 40));
    record.put("said", Map.of("a", "b", "c", "d"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[WireFormat.PREFIX_BYTES]);
    BinaryEncoder encoder = EncoderFactory.get().blockingBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<GenericRecord>(EVERY_TYPE).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "0, the record ends before image begins",
    "4, the record ends after 3 of 5 bytes of image",
    "10, the record ends after 3 of 6 bytes of caption",
    "15, the record ends before whole has its length or number"
  })
  void saysWhatIsCutOff(int bytes, String sentence) {
    byte[] cut = Arrays.copyOf(whole(), WireFormat.PREFIX_BYTES + bytes);

    assertThat(AvroBody.fault(EVERY_TYPE, cut)).contains(sentence);
  }

  @Test
  void countsWhatFollows() {
    byte[] whole = whole();

    assertThat(AvroBody.fault(EVERY_TYPE, Arrays.copyOf(whole, whole.length + 1)))
        .contains("1 byte follows the record");
    assertThat(AvroBody.fault(EVERY_TYPE, Arrays.copyOf(whole, whole.length + 300)))
        .contains("300 bytes follow the record");
  }

  @Test
  void whatTakesNoBytesEndsAllTheSame() {
    Schema nothing = new Schema.Parser().parse("{\"type\": \"array\", \"items\": \"null\"}");
    byte[] claims = new byte[WireFormat.PREFIX_BYTES + 10];
    Arrays.fill(claims, WireFormat.PREFIX_BYTES, claims.length - 1, (byte) 0xFE);

    assertThat(AvroBody.fault(nothing, claims))
        .contains("the record claims more items than its bytes can hold");
  }

  @Test
  void agreesWithAvroAboutWhateverBytes() {
    Random random = new Random(1);
    byte[] whole = whole();
    int faults = 0;
    for (int round = 0; round < 50_000; round++) {
      byte[] value = Arrays.copyOf(whole, whole.length - 2 + random.nextInt(4));
      for (int change = random.nextInt(3); change > 0; change--) {
        value[WireFormat.PREFIX_BYTES + random.nextInt(value.length - WireFormat.PREFIX_BYTES)] =
            (byte) random.nextInt(256);
      }
      boolean isWhole = AvroBody.fault(EVERY_TYPE, value).isEmpty();

      assertThat(isWhole).as(Arrays.toString(value)).isEqualTo(isReadToItsEnd(value));
      faults += isWhole ? 0 : 1;
    }
    assertThat(faults).isBetween(10_000, 45_000);
  }

  private static boolean isReadToItsEnd(byte[] value) {
    BinaryDecoder decoder =
        DecoderFactory.get()
            .binaryDecoder(
                value, WireFormat.PREFIX_BYTES, value.length - WireFormat.PREFIX_BYTES, null);
    try {
      Object unused = new GenericDatumReader<>(EVERY_TYPE).read(null, decoder);
      return decoder.isEnd();
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
