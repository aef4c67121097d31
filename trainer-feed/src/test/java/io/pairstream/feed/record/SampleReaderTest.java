package io.pairstream.feed.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Rendition;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class SampleReaderTest {

  private static final String TOPIC = "pairs.training";

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private final Serializer<PreparedPair> serializer =
      new AvroSerdes(registry).of(PreparedPair.class, TOPIC).serializer();
  private final SampleReader reader = new SampleReader(registry, TOPIC, Selection.MAIN);

  @Test
  void readsWhatTheSerializerWrites() throws Exception {
    registry.register(TOPIC + "-value", PreparedPair.SCHEMA$);
    PreparedPair pair =
        PreparedPair.newBuilder()
            .setPairId("p1")
            .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
            .setImageEncoding("raw")
            .setWidth(300)
            .setHeight(-200)
            .setCaption("mañana 早上")
            .setTokenIds(List.of(50256, 0, -1, Integer.MAX_VALUE))
            .setMeasures(Map.of("original_width_px", 12.5, "other", -1.0))
            .setSplit("TRAINING")
            .setOrigin(new Origin("pairs.crowdsourced", 3, 1L << 40))
            .build();
    byte[] value = serializer.serialize(TOPIC, pair);
    IntBuffer tokens = IntBuffer.allocate(4);

    Sample sample = reader.read(value, tokens);

    assertThat(sample.pairId()).isEqualTo("p1");
    assertThat(sample.caption()).isEqualTo("mañana 早上");
    assertThat(sample.split()).isEqualTo("TRAINING");
    assertThat(sample.imageEncoding()).isEqualTo("raw");
    assertThat(sample.shape().widthPx()).isEqualTo(300);
    assertThat(sample.shape().heightPx()).isEqualTo(-200);
    assertThat(sample.tokenLength()).isEqualTo(4);
    assertThat(tokens.array()).containsExactly(50256, 0, -1, Integer.MAX_VALUE);
    assertThat(
            Arrays.copyOfRange(
                value, sample.imageOffset(), sample.imageOffset() + sample.imageLength()))
        .containsExactly(1, 2, 3);
  }

  @Test
  void stepsOverFieldsOfALaterSchemaWhateverTheirType() throws Exception {
    Schema extra =
        SchemaBuilder.record("Extra").fields().requiredDouble("d").requiredLong("l").endRecord();
    Schema later =
        SchemaBuilder.record("PreparedPair")
            .namespace("io.pairstream.schemas")
            .fields()
            .name("a")
            .type()
            .array()
            .items(extra)
            .noDefault()
            .name("m")
            .type()
            .map()
            .values()
            .booleanType()
            .noDefault()
            .optionalFloat("u")
            .name("f")
            .type()
            .fixed("Four")
            .size(4)
            .noDefault()
            .name("e")
            .type()
            .enumeration("Colour")
            .symbols("RED", "BLUE")
            .noDefault()
            .requiredString("pair_id")
            .requiredBytes("b")
            .requiredString("split")
            .endRecord();
    GenericData.Record one = new GenericRecordBuilder(extra).set("d", 1.5).set("l", -9L).build();
    GenericData.Record record =
        new GenericRecordBuilder(later)
            .set("a", List.of(one, one))
            .set("m", Map.of("yes", true, "no", false))
            .set("u", 2.5f)
            .set("f", new GenericData.Fixed(later.getField("f").schema(), new byte[4]))
            .set("e", new GenericData.EnumSymbol(later.getField("e").schema(), "BLUE"))
            .set("pair_id", "p2")
            .set("b", ByteBuffer.wrap(new byte[300]))
            .set("split", "TEST")
            .build();

    Sample sample = reader.read(encode(later, record), IntBuffer.allocate(0));

    assertThat(sample.pairId()).isEqualTo("p2");
    assertThat(sample.split()).isEqualTo("TEST");
    assertThat(sample.imageEncoding()).isEqualTo("jpeg");
  }

  @Test
  void readsTheSelectedRenditionAndTokenSet() throws Exception {
    registry.register(TOPIC + "-value", PreparedPair.SCHEMA$);
    byte[] value = serializer.serialize(TOPIC, richPair());
    IntBuffer tokens = IntBuffer.allocate(3);

    Sample sample =
        new SampleReader(registry, TOPIC, new Selection("small", "clip")).read(value, tokens);

    assertThat(sample.shape()).isEqualTo(new ImageShape(5, 7, 1));
    assertThat(sample.colour()).isEqualTo("grey");
    assertThat(sample.imageEncoding()).isEqualTo("png");
    assertThat(
            Arrays.copyOfRange(
                value, sample.imageOffset(), sample.imageOffset() + sample.imageLength()))
        .containsExactly(9, 8);
    assertThat(sample.tokenLength()).isEqualTo(3);
    assertThat(sample.tokenCount()).isEqualTo(2);
    assertThat(tokens.array()).containsExactly(70, 71, 0);
    assertThat(sample.caption()).isEqualTo("c");
    assertThat(new SampleReader(registry, TOPIC, new Selection("small", "no")).readShape(value))
        .isEqualTo(new ImageShape(5, 7, 1));
    Sample own = reader.read(value, tokens);
    assertThat(own.shape()).isEqualTo(new ImageShape(2, 1, 3)).isEqualTo(reader.readShape(value));
    assertThat(own.imageLength()).isEqualTo(6);
    assertThat(own.tokenCount()).isEqualTo(1);
  }

  @Test
  void refusesARecordWithoutWhatIsSelected() throws Exception {
    registry.register(TOPIC + "-value", PreparedPair.SCHEMA$);
    byte[] value = serializer.serialize(TOPIC, richPair());
    SampleReader huge = new SampleReader(registry, TOPIC, new Selection("huge", ""));

    assertThatThrownBy(() -> huge.read(value, IntBuffer.allocate(0)))
        .isInstanceOf(MalformedSampleException.class)
        .hasMessage("has no rendition 'huge'");
    assertThatThrownBy(() -> huge.readShape(value))
        .isInstanceOf(MalformedSampleException.class)
        .hasMessage("has no rendition 'huge'");
    assertThatThrownBy(
            () ->
                new SampleReader(registry, TOPIC, new Selection("", "t5"))
                    .read(value, IntBuffer.allocate(0)))
        .isInstanceOf(MalformedSampleException.class)
        .hasMessage("has no token set 't5'");
  }

  @Test
  void readsATokenSetWhoseNameIsWrittenLast() throws Exception {
    Schema set =
        SchemaBuilder.record("Set")
            .fields()
            .name("token_ids")
            .type()
            .array()
            .items()
            .intType()
            .noDefault()
            .requiredInt("token_count")
            .requiredString("later")
            .requiredString("name")
            .endRecord();
    Schema other =
        SchemaBuilder.record("PreparedPair")
            .fields()
            .name("token_sets")
            .type()
            .array()
            .items(set)
            .noDefault()
            .endRecord();
    List<GenericData.Record> sets = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      sets.add(
          new GenericRecordBuilder(set)
              .set("token_ids", List.of((int) name.charAt(0), 5))
              .set("token_count", 1)
              .set("later", "x")
              .set("name", name)
              .build());
    }
    byte[] value = encode(other, new GenericRecordBuilder(other).set("token_sets", sets).build());
    IntBuffer tokens = IntBuffer.allocate(2);

    Sample sample = new SampleReader(registry, TOPIC, new Selection("", "b")).read(value, tokens);

    assertThat(tokens.array()).containsExactly('b', 5);
    assertThat(sample.tokenCount()).isEqualTo(1);
  }

  @Test
  void takesDefaultsForFieldsThatAnOldWriterDidNotKnow() throws Exception {
    Schema old =
        SchemaBuilder.record("PreparedPair").fields().requiredString("pair_id").endRecord();
    byte[] value = encode(old, new GenericRecordBuilder(old).set("pair_id", "p").build());

    Sample sample = reader.read(value, IntBuffer.allocate(0));

    assertThat(sample.shape().channels()).isEqualTo(3);
    assertThat(sample.colour()).isEqualTo("rgb");
    assertThat(sample.tokenCount()).isZero();
  }

  private static PreparedPair richPair() {
    return PreparedPair.newBuilder()
        .setPairId("p")
        .setImage(ByteBuffer.wrap(new byte[6]))
        .setImageEncoding("raw")
        .setWidth(1)
        .setHeight(2)
        .setRenditions(
            List.of(
                Rendition.newBuilder().setName("other").setImage(ByteBuffer.allocate(30)).build(),
                Rendition.newBuilder()
                    .setName("small")
                    .setImage(ByteBuffer.wrap(new byte[] {9, 8}))
                    .setImageEncoding("png")
                    .setWidth(7)
                    .setHeight(5)
                    .setChannels(1)
                    .setColour("grey")
                    .build()))
        .setCaption("c")
        .setTokenIds(List.of(1, 2))
        .setTokenCount(1)
        .setTokenSets(
            List.of(
                TokenSet.newBuilder().setName("glide").setTokenIds(List.of(4)).build(),
                TokenSet.newBuilder()
                    .setName("clip")
                    .setTokenIds(List.of(70, 71, 0))
                    .setTokenCount(2)
                    .build()))
        .build();
  }

  @Test
  void countsTokensForWhichThereIsNoRoom() throws Exception {
    registry.register(TOPIC + "-value", PreparedPair.SCHEMA$);
    PreparedPair pair = PreparedPair.newBuilder().setTokenIds(List.of(1, 2, 3)).build();
    byte[] value = serializer.serialize(TOPIC, pair);
    IntBuffer two = IntBuffer.allocate(2);

    assertThat(reader.read(value, two).tokenLength()).isEqualTo(3);
    assertThat(two.array()).containsExactly(1, 2);
  }

  @Test
  void refusesEveryTruncationOfAValue() throws Exception {
    registry.register(TOPIC + "-value", PreparedPair.SCHEMA$);
    PreparedPair pair =
        PreparedPair.newBuilder()
            .setPairId("p3")
            .setTokenIds(List.of(1, 2, 3))
            .setMeasures(Map.of("m", 1.0))
            .build();
    byte[] value = serializer.serialize(TOPIC, pair);

    List<Integer> accepted = new ArrayList<>();
    for (int length = 0; length < value.length; length++) {
      try {
        reader.read(Arrays.copyOf(value, length), IntBuffer.allocate(3));
        accepted.add(length);
      } catch (MalformedSampleException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }

    assertThat(accepted).isEmpty();
  }

  @Test
  void refusesAFieldOfAnotherType() throws Exception {
    Schema other = SchemaBuilder.record("PreparedPair").fields().requiredLong("image").endRecord();
    byte[] value = encode(other, new GenericRecordBuilder(other).set("image", 1L).build());

    assertThatThrownBy(() -> reader.read(value, IntBuffer.allocate(0)))
        .isInstanceOf(MalformedSampleException.class)
        .hasMessageContaining("field image is written as LONG");
  }

  @Test
  void refusesWhatIsNotInWireFormat() {
    assertThatThrownBy(() -> reader.read(new byte[] {1, 0, 0, 0, 1, 0}, IntBuffer.allocate(0)))
        .isInstanceOf(MalformedSampleException.class)
        .hasMessageContaining("wire format");
  }

  private byte[] encode(Schema schema, GenericData.Record record) throws Exception {
    int id = registry.register("other-value", schema);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    write(schema, record, bytes);
    return bytes.toByteArray();
  }

  private static void write(Schema schema, GenericData.Record record, ByteArrayOutputStream bytes)
      throws IOException {
    BinaryEncoder encoder = EncoderFactory.get().blockingBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericData.Record>(schema).write(record, encoder);
    encoder.flush();
  }
}
