package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireFormatTest {

  static {
    AvroSafety.install();
  }

  private static final String TOPIC = "pairs.crowdsourced";

  private static final RawPair PAIR =
      RawPair.newBuilder()
          .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
          .setCaption("猫")
          .setMetadata(PairMetadata.newBuilder().setReceivedAt(Instant.ofEpochMilli(1)).build())
          .build();

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private Serde<RawPair> serde;
  private int schemaId;

  @BeforeEach
  void register() {
    schemaId = registry.register(TOPIC + "-value", RawPair.SCHEMA$);
    serde = topic().value();
  }

  private Topic<RawPair> topic() {
    return new AvroSerdes(registry).topic(RawPair.class, TOPIC);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "00000000", "01020304050607"})
  void bytesOfAnotherFormatAreNoPair(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bytes))
        .isInstanceOf(SerializationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "string", "int", "null"})
  void valuesOfASchemaThatIsNoRecordAreNoPair(String schema) throws Exception {
    byte[] bytes = serde.serializer().serialize(TOPIC, PAIR);
    ByteBuffer.wrap(bytes)
        .putInt(1, registry.client().register("other-value", new AvroSchema(schema(schema))));

    assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bytes))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void valuesThatNestWithoutEndAreNoPair() {
    Schema nesting =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"RawPair\",\"namespace\":\"io.pairstream.schemas\","
                    + "\"fields\":[{\"name\":\"next\",\"type\":[\"null\",{\"type\":\"record\","
                    + "\"name\":\"N\",\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"N\"]}]}]}]}");
    byte[] bytes = new byte[2_000_000];
    Arrays.fill(bytes, (byte) 2);
    ByteBuffer.wrap(bytes).put((byte) 0).putInt(registry.register("other-value", nesting));

    assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("nests too deeply");
  }

  /** The first one is, by its serializer. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 100_000})
  void everyRecordIsWrittenAsConfluentWritesIt(int imageBytes) {
    byte[] first = serde.serializer().serialize(TOPIC, PAIR);
    RawPair next = RawPair.newBuilder(PAIR).setImage(ByteBuffer.wrap(new byte[imageBytes])).build();
    serde = topic().value();

    byte[] fresh = serde.serializer().serialize(TOPIC, next);

    assertThat(serde.serializer().serialize(TOPIC, next)).isEqualTo(fresh);
    assertThat(serde.serializer().serialize(TOPIC, PAIR)).isEqualTo(first);
    assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
  }

  @Test
  void whatCannotBeWrittenIsAFaultOfSerialization() {
    RawPair broken = RawPair.newBuilder(PAIR).build();
    broken.setCaption(null);

    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, broken))
          .isInstanceOf(SerializationException.class);
      serde.serializer().serialize(TOPIC, PAIR);
    }
  }

  @Test
  void plainAvroReadsTheBodyWithTheRegisteredText() throws Exception {
    byte[] bytes = serde.serializer().serialize(TOPIC, PAIR);
    Schema registered = (Schema) registry.client().getSchemaById(schemaId).rawSchema();

    GenericRecord read =
        new GenericDatumReader<GenericRecord>(registered)
            .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));

    assertThat(registered.toString()).doesNotContain("avro.java.string");
    assertThat(read.get("caption")).hasToString("猫");
  }

  @Test
  void refusesAClaimOfTwoGigabytesWithoutAllocatingThem() {
    byte[] warm = serde.serializer().serialize(TOPIC, PAIR);
    serde.deserializer().deserialize(TOPIC, warm);
    // The image's length, 2^31 - 11 as zig-zag varint, and then nothing.
    byte[] claim =
        ByteBuffer.allocate(10)
            .put((byte) 0)
            .putInt(schemaId)
            .put(HexFormat.of().parseHex("eaffffff0f"))
            .array();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, claim))
        .isInstanceOf(SerializationException.class);

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L * 1024 * 1024);
  }

  @Test
  void refusesACollectionBeyondTheLimit() {
    Map<String, String> annotations = new HashMap<>();
    for (int i = 0; i <= 100_000; i++) {
      annotations.put(Integer.toString(i), "");
    }
    byte[] bytes =
        serde
            .serializer()
            .serialize(TOPIC, RawPair.newBuilder(PAIR).setAnnotations(annotations).build());

    assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bytes))
        .hasStackTraceContaining("SystemLimitException");
  }

  @Test
  void givesTheCaptionAsItsProducerSentIt() {
    byte[] bytes = serde.serializer().serialize(TOPIC, PAIR);
    int caption = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('\u00e7');
    bytes[caption] = (byte) 0xFF;

    ByteBuffer raw = new CaptionBytes(topic()).of(bytes);

    assertThat(raw).isEqualTo(ByteBuffer.wrap(new byte[] {(byte) 0xFF, (byte) 0x8c, (byte) 0xab}));
    assertThat(StrictUtf8.isUtf8(raw)).isFalse();
    assertThat(CaptionBytes.isDoubtful(serde.deserializer().deserialize(TOPIC, bytes).getCaption()))
        .isTrue();
  }

  private static Schema schema(String primitive) {
    return Schema.create(Schema.Type.valueOf(primitive.toUpperCase(Locale.ROOT)));
  }
}
