package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pairstream.schemas.RawPair;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;

/**
 * Any bytes at all as a raw record's body: they are a pair, or end in one of the exceptions that
 * send a record to quarantine. In an ordinary run the kept inputs alone.
 */
class WireFormatFuzzTest {

  static {
    AvroSafety.install();
  }

  private static final String TOPIC = "pairs.crowdsourced";
  private static final Registry REGISTRY = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private static final Topic<RawPair> RAW = new AvroSerdes(REGISTRY).topic(RawPair.class, TOPIC);
  private static final int SCHEMA_ID = REGISTRY.register(RAW.subject(), RAW.schema());
  private static final Serde<RawPair> SERDE = RAW.value();
  private static final CaptionBytes CAPTIONS = new CaptionBytes(RAW);

  @FuzzTest(maxDuration = "2m")
  void aBodyIsAPairOrRefused(byte[] body) {
    byte[] value =
        ByteBuffer.allocate(WireFormat.PREFIX_BYTES + body.length)
            .put((byte) 0)
            .putInt(SCHEMA_ID)
            .put(body)
            .array();
    RawPair pair;
    try {
      pair = SERDE.deserializer().deserialize(TOPIC, value);
    } catch (SerializationException | AvroRuntimeException refused) {
      assertThat(refused).hasMessageMatching("(?s).+");
      return;
    }

    assertThatCode(() -> CAPTIONS.of(value)).doesNotThrowAnyException();
    byte[] again = SERDE.serializer().serialize(TOPIC, pair);
    assertThat(SERDE.deserializer().deserialize(TOPIC, again)).isEqualTo(pair);
  }
}
