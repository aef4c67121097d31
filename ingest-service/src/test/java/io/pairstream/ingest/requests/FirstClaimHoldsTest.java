package io.pairstream.ingest.requests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.UploadRequest;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.view.Table;
import io.pairstream.service.view.TopicView;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstClaimHoldsTest {

  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final long LEASE_MS = 1000;

  private final Registry registry = new Registry("mock://first-claim", Map.of());
  private final Topic<String, UploadRequest> topic =
      PairTopics.of(new Dataset("d"), new AvroSerdes(registry)).uploadRequests();
  private final FirstClaimHolds fold =
      new FirstClaimHolds(new RecordDecoder<>(topic, UploadRequest.SCHEMA$, registry));
  private final MemoryTable table = new MemoryTable();
  private long offset;

  @BeforeEach
  void registerSchema() {
    int unused = registry.register(topic.name() + "-value", UploadRequest.SCHEMA$);
  }

  @Test
  void firstOfTwoClaimsHolds() {
    claim("a", "asks", 0);
    claim("b", "asks", 1);

    assertThat(held().isOf("a")).isTrue();
  }

  @Test
  void claimThatLapsedGivesWayToOneOfTheSameRequest() {
    claim("a", "asks", 0);
    claim("b", "asks", LEASE_MS - 1);
    assertThat(held().isOf("a")).isTrue();

    claim("c", "asks", LEASE_MS);

    assertThat(held().isOf("c")).isTrue();
  }

  @Test
  void claimThatLapsedDoesNotGiveWayToAnotherRequest() {
    claim("a", "asks", 0);
    claim("b", "asks something else", LEASE_MS);

    assertThat(held().isOf("a")).isTrue();
  }

  @Test
  void renewedClaimHoldsForAnotherLease() {
    claim("a", "asks", 0);
    claim("a", "asks", LEASE_MS - 1);
    claim("b", "asks", 2 * LEASE_MS - 2);

    assertThat(held().isOf("a")).isTrue();
    assertThat(held().hasLapsed(2 * LEASE_MS - 1)).isTrue();
  }

  @Test
  void leaseCountsFromTheBrokersTimeWhateverTheClaimantsClockSays() {
    long farFuture = Instant.parse("2040-01-01T00:00:00Z").toEpochMilli();
    apply(record("CLAIMED", "a", "asks", farFuture), 0);
    apply(record("CLAIMED", "b", "asks", 0), LEASE_MS);

    assertThat(held().isOf("b")).isTrue();
  }

  @Test
  void leaseThatIsLongerThanALongCanTellHoldsAndSpoilsNothing() {
    apply(claimFor(Long.MIN_VALUE, Long.MAX_VALUE), 0);

    claim("b", "asks", 1000 * LEASE_MS);

    assertThat(held().isOf("a")).isTrue();
  }

  @Test
  void leaseThatEndsLongBeforeItBeginsGivesWay() {
    apply(claimFor(Long.MAX_VALUE, Long.MIN_VALUE), 0);

    claim("b", "asks", 0);

    assertThat(held().isOf("b")).isTrue();
  }

  private byte[] claimFor(long atMillis, long expiresAtMillis) {
    return serialize(
        UploadRequest.newBuilder()
            .setState("CLAIMED")
            .setClaim("a")
            .setFingerprint("asks")
            .setAt(Instant.ofEpochMilli(atMillis))
            .setExpiresAt(Instant.ofEpochMilli(expiresAtMillis))
            .build());
  }

  @Test
  void answerOfTheClaimThatHoldsStaysWhateverComesAfter() {
    claim("a", "asks", 0);
    apply(answer("a", "first"), 1);
    apply(answer("a", "second"), 2);
    claim("a", "asks", 3);
    claim("b", "asks", 10 * LEASE_MS);
    apply(answer("b", "third"), 10 * LEASE_MS + 1);
    apply(record("RELEASED", "a", "asks", 0), 10 * LEASE_MS + 2);

    assertThat(held().isAnswer()).isTrue();
    assertThat(UTF_8.decode(held().answer().body()).toString()).isEqualTo("first");
  }

  @Test
  void answerThatComesAfterAnotherTookOverIsNone() {
    claim("a", "asks", 0);
    claim("b", "asks", LEASE_MS);
    apply(answer("a", "too late"), LEASE_MS + 1);

    assertThat(held().isClaim()).isTrue();
    assertThat(held().isOf("b")).isTrue();
  }

  @Test
  void lateAnswerHoldsWhereNobodyTookOver() {
    claim("a", "asks", 0);
    apply(answer("a", "late"), 5 * LEASE_MS);

    assertThat(held().isAnswer()).isTrue();
  }

  @Test
  void answerWithoutAClaimIsNone() {
    apply(answer("a", "unasked"), 0);

    assertThat(table.get(KEY)).isEmpty();
  }

  @Test
  void releasedRequestIsAsIfItHadNeverCome() {
    claim("a", "asks", 0);
    apply(record("RELEASED", "b", "asks", 0), 1);
    assertThat(held().isOf("a")).isTrue();

    apply(record("RELEASED", "a", "asks", 0), 2);
    claim("c", "asks something else", 3);

    assertThat(held().isOf("c")).isTrue();
  }

  @Test
  void strangeRecordsChangeNothing() {
    claim("a", "asks", 0);

    apply("no avro".getBytes(UTF_8), 1);
    apply(null, 2);
    apply(record("SOMETHING_LATER", "a", "asks", 0), 3);
    byte[] unknownSchema = record("RELEASED", "a", "asks", 0);
    ByteBuffer.wrap(unknownSchema).putInt(1, 4711);
    apply(unknownSchema, 4);
    fold.apply(consumed(null, answer("a", "x"), 5), table);

    assertThat(held().isOf("a")).isTrue();
    assertThat(held().isClaim()).isTrue();
  }

  @Test
  void registryThatIsAwayIsNoFaultOfTheRecord() {
    byte[] value = record("CLAIMED", "a", "asks", 0);
    Registry away = new Registry("http://127.0.0.1:9", Map.of());
    FirstClaimHolds cut =
        new FirstClaimHolds(
            new RecordDecoder<>(
                PairTopics.of(new Dataset("d"), new AvroSerdes(away)).uploadRequests(),
                UploadRequest.SCHEMA$,
                away));

    assertThatThrownBy(() -> cut.apply(consumed(KEY, value, 0), table))
        .isInstanceOf(KafkaException.class);
    assertThat(table.get(KEY)).isEmpty();
  }

  private Held held() {
    return table.get(KEY).flatMap(fold::read).orElseThrow();
  }

  private void claim(String claim, String fingerprint, long atMillis) {
    apply(record("CLAIMED", claim, fingerprint, atMillis), atMillis);
  }

  private byte[] answer(String claim, String body) {
    UploadRequest answer =
        UploadRequest.newBuilder()
            .setState("ANSWERED")
            .setClaim(claim)
            .setFingerprint("asks")
            .setStatus(201)
            .setMediaType("application/json")
            .setBody(body)
            .build();
    return serialize(answer);
  }

  private byte[] record(String state, String claim, String fingerprint, long writersMillis) {
    return serialize(
        UploadRequest.newBuilder()
            .setState(state)
            .setClaim(claim)
            .setFingerprint(fingerprint)
            .setAt(Instant.ofEpochMilli(writersMillis))
            .setExpiresAt(Instant.ofEpochMilli(writersMillis + LEASE_MS))
            .build());
  }

  private byte[] serialize(UploadRequest request) {
    return topic.value().serializer().serialize(topic.name(), request);
  }

  private void apply(byte[] value, long brokersMillis) {
    fold.apply(consumed(KEY, value, brokersMillis), table);
  }

  private ConsumerRecord<byte[], byte[]> consumed(byte[] key, byte[] value, long brokersMillis) {
    return new ConsumerRecord<>(
        topic.name(),
        0,
        offset++,
        brokersMillis,
        TimestampType.LOG_APPEND_TIME,
        0,
        0,
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  /** A table in memory. */
  private static final class MemoryTable implements Table {

    private final Map<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    @Override
    public Optional<byte[]> get(byte[] key) {
      return Optional.ofNullable(entries.get(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
      entries.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
      entries.remove(key);
    }

    @Override
    public void scan(byte[] prefix, TopicView.Visitor visitor) {
      for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
        byte[] key = entry.getKey();
        boolean begins =
            key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        if (begins && !visitor.visit(key, entry.getValue())) {
          return;
        }
      }
    }
  }
}
