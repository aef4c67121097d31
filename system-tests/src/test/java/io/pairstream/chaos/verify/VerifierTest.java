package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.load.Site;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Verdicts on what preprocessing makes of the load, whole and with one thing wrong in it. */
@Tag("full")
@Timeout(900)
class VerifierTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PARTITIONS = 2;
  private static final int RECORDS = 120;

  /** Number of a record that the load makes poison. */
  private static final int POISON = 99;

  private static final Path RECIPE = Path.of("src/test/resources/chaos/chaos.yaml");

  private static final Map<String, List<ConsumerRecord<byte[], byte[]>>> COMMITTED =
      new HashMap<>();
  private static final List<LedgerEntry> LEDGER = new ArrayList<>();
  private static ClusterAccess access;
  private static Verdict clean;
  private static Map<Site, String> readable;

  private final Map<String, List<ConsumerRecord<byte[], byte[]>>> committed = new HashMap<>();
  private final List<LedgerEntry> ledger = new ArrayList<>(LEDGER);
  private final Topic<PreparedPair> training = access.topics().training();
  private final Topic<QuarantinedPair> quarantine = access.topics().quarantine();
  private final Topic<Receipt> receipts = access.topics().receipts();

  VerifierTest() {
    COMMITTED.forEach((topic, records) -> committed.put(topic, new ArrayList<>(records)));
  }

  @BeforeAll
  static void prepare(@TempDir Path folder) throws Exception {
    access = KAFKA.datasetOfAllTopics(PARTITIONS);
    Cluster cluster = KAFKA.cluster(access, Map.of());
    WorkerSettings workers =
        WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
            .withLimits(Duration.ofSeconds(20), Duration.ofMinutes(10));
    try (LiveReader reader = LiveReader.start(cluster, PARTITIONS);
        PreprocessService service =
            new PreprocessService(
                new PreprocessSettings(cluster, RECIPE.toString(), folder, 1, workers))) {
      send();
      Await.until(
          "all is decided",
          () -> service.hasEnded() || reader.seen().size() == LEDGER.size(),
          reader::seen);
      clean = Verifier.verify(cluster, PARTITIONS, Duration.ZERO, LEDGER, reader);
      readable = reader.seen();
    }
    Stream.of(
            Accounts.rawTopics(access),
            Accounts.outputTopics(access),
            List.of(access.topics().receipts().name()))
        .flatMap(List::stream)
        .forEach(topic -> COMMITTED.put(topic, TestCluster.committed(access, topic)));
  }

  private static void send() {
    SeededLoad load = new SeededLoad(9);
    List<SentPair> pairs = new ArrayList<>();
    LongStream.range(0, RECORDS).forEach(number -> pairs.add(load.at(number)));
    for (SentKind kind : SentKind.values()) {
      pairs.add(load.at(RECORDS + pairs.size(), kind));
    }
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(access, "")) {
      for (SentPair pair : pairs) {
        String topic = access.dataset().topic(pair.topic());
        byte[] value = pair.value(access.registry().idOf(topic + "-value", RawPair.SCHEMA$));
        RecordMetadata at =
            TestCluster.acknowledged(
                producer.send(new ProducerRecord<>(topic, null, pair.key(), value)));
        LEDGER.add(
            LedgerEntry.acknowledged(
                pair, SentPair.digest(value), new Site(at.topic(), at.partition(), at.offset())));
      }
    }
  }

  @Test
  void passesWhereEverythingIsAsItMustBe() {
    assertThat(clean.differences()).isEmpty();
    assertThat(clean.acknowledged()).isEqualTo(LEDGER.size());
    assertThat(clean.outputs().values()).hasSize(4).allMatch(count -> count > 0);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "an output that is missing",
            test -> test.of(test.training).remove(0),
            "has no output",
            "is published nowhere",
            " and is there for null"),
        mistake(
            "an output that was deleted",
            test -> test.replace(test.training, 0, null),
            "cannot be read, or is a tombstone"),
        mistake(
            "an output that is there twice",
            test -> test.of(test.training).add(test.of(test.training).get(0)),
            "has a further output",
            "is published again for"),
        mistake(
            "an output on another topic",
            test -> test.of(access.topics().test()).add(test.of(test.training).remove(0)),
            "split is 'TRAINING' where 'TEST' belongs",
            "right split is 'TEST' where 'TRAINING' belongs",
            "says TRAINING; right is TEST"),
        mistake(
            "an output of no raw record",
            test -> test.edit(test.training, 0, pair -> pair.getOrigin().setOffset(1_000_000)),
            "and in its header another",
            "where there is no raw record"),
        mistake(
            "an acknowledged record that is not there",
            test -> test.of(access.topics().crowdsourced()).remove(0),
            " is not there"),
        mistake(
            "a raw record with another value",
            test -> test.replace(access.topics().crowdsourced(), 0, new byte[1]),
            "does not hold record"),
        mistake(
            "a record that no producer sent",
            test -> test.ledger.remove(0),
            "is a raw record that no producer sent"),
        mistake(
            "poison that was published",
            test -> test.note(0, Fate.ACKNOWLEDGED, SentKind.CUT_JPEG),
            "is published; right is IMAGE_DAMAGED"),
        mistake(
            "a good pair in quarantine",
            test -> test.note(POISON, Fate.ACKNOWLEDGED, SentKind.GOOD),
            "right is none, or a copy"),
        mistake(
            "a wrong reason",
            test -> test.note(POISON, Fate.ACKNOWLEDGED, SentKind.SMALL_IMAGE),
            "right is IMAGE_TOO_SMALL"),
        mistake(
            "another caption",
            test -> test.edit(test.training, 0, pair -> pair.setCaption("another")),
            "caption is 'another' where"),
        mistake(
            "other pixels than another output of the picture",
            test ->
                IntStream.range(0, test.of(test.training).size())
                    .forEach(i -> test.edit(test.training, i, pair -> pair.setWidth(i))),
            "width is '"),
        mistake(
            "originals that are damaged",
            test ->
                IntStream.range(0, test.of(test.quarantine).size())
                    .forEach(
                        i ->
                            test.edit(
                                test.quarantine, i, pair -> pair.setValue(ByteBuffer.allocate(1)))),
            "value is '"),
        mistake(
            "receipts that are missing", test -> test.of(test.receipts).clear(), "has no receipt"),
        mistake(
            "another status and count",
            test ->
                test.edit(
                    test.receipts,
                    test.of(test.receipts).size() - 1,
                    receipt -> {
                      receipt.setStatus("WITHDRAWN");
                      receipt.setCopies(9);
                    }),
            "says WITHDRAWN; right is ",
            "counts 9 copies"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void finds(Consumer<VerifierTest> mistake, String[] sentences) {
    mistake.accept(this);

    assertThat(String.join("\n", compare().differences())).contains(sentences);
  }

  @Test
  void takesARecordOfUnknownFateWhereItIsThereAndWhereItIsNot() {
    note(0, Fate.UNSURE, ledger.get(0).kind());
    ledger.add(ledger.get(0));

    assertThat(compare().differences()).isEmpty();
    assertThat(compare().acknowledged()).isEqualTo(LEDGER.size() - 1L);
  }

  private static Arguments mistake(
      String name, Consumer<VerifierTest> mistake, String... sentences) {
    return arguments(named(name, mistake), sentences);
  }

  private Verdict compare() {
    return new Accounts(access, PARTITIONS, Verifier.recipe())
        .compare(ledger, committed::get, () -> readable);
  }

  private List<ConsumerRecord<byte[], byte[]>> of(Topic<?> topic) {
    return committed.get(topic.name());
  }

  /** Lets a producer know another thing of what it sent. */
  private void note(int index, Fate fate, SentKind kind) {
    LedgerEntry entry = ledger.get(index);
    ledger.set(
        index,
        new LedgerEntry(
            fate,
            entry.number(),
            kind,
            entry.at(),
            entry.valueDigest(),
            entry.pairId(),
            entry.imageDigest(),
            ""));
  }

  private <T> void edit(Topic<T> topic, int index, Consumer<T> change) {
    T value = topic.decode(of(topic).get(index).value()).orElseThrow();
    change.accept(value);
    replace(topic, index, topic.value().serializer().serialize(topic.name(), value));
  }

  private void replace(Topic<?> topic, int index, byte[] value) {
    ConsumerRecord<byte[], byte[]> record = of(topic).get(index);
    of(topic)
        .set(
            index,
            new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                value,
                record.headers(),
                record.leaderEpoch()));
  }
}
