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
import io.pairstream.chaos.verify.PlayedHistory.Played;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.LongTimeouts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Histories with one thing wrong in each: the verifier names it. */
@Tag("full")
@Timeout(1800)
class VerifierTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PARTITIONS = 2;
  private static final Duration A_MOMENT = Duration.ofSeconds(1);
  private static final SeededLoad LOAD = new SeededLoad(9);

  /** The number of a record that no history has otherwise. */
  private static final long FRESH = 9;

  private final ClusterAccess access = KAFKA.datasetOfAllTopics(PARTITIONS);
  private final Cluster cluster = cluster(access.registry().addresses());
  private PlayedHistory history;
  private LiveReader live;
  private Played published;
  private Played damaged;

  @BeforeEach
  void play() {
    live = LiveReader.start(cluster);
    history = new PlayedHistory(access);
    published = history.send(LOAD.at(0));
    history.publish(published);
    history.rejectCopy(history.send(LOAD.at(1, SentKind.COPY)), published);
    history.publish(history.send(LOAD.at(1, SentKind.ANOTHER_CAPTION)));
    damaged = history.send(LOAD.at(3, SentKind.CUT_JPEG));
    history.reject(damaged, "IMAGE_DAMAGED");
    history.reject(history.send(LOAD.at(4, SentKind.NO_AVRO)), "UNREADABLE_RECORD");
    history.reject(history.send(LOAD.at(5, SentKind.NO_VALUE)), "UNREADABLE_RECORD");
  }

  @AfterEach
  void close() {
    live.close();
    history.close();
  }

  @Test
  void passesWhereEverythingIsAsItMustBe() {
    TestCluster.sendInVain(access, history.published(published, history.prepared(published)));

    Verdict verdict = verify();

    assertThat(verdict.differences()).isEmpty();
    assertThat(verdict.acknowledged()).isEqualTo(6);
    assertThat(verdict.inputs()).isEqualTo(6);
    assertThat(verdict.outputs().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(6);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "an output that was never written",
            test -> {
              Played forgotten = test.fresh();
              test.history.transaction(forgotten, test.receipt(forgotten));
            },
            "NO_OUTPUT: ",
            "AUDIT: MISSING"),
        mistake(
            "an output that was deleted",
            test ->
                test.send(new ProducerRecord<>(test.output().topic(), test.output().key(), null)),
            "is a tombstone without a takedown",
            "AUDIT: MISSING"),
        mistake(
            "an output that is there twice",
            test -> test.send(test.output()),
            "and again as",
            "PAIR_TWICE: ",
            "AUDIT: TWICE"),
        mistake(
            "an output on another topic",
            test -> {
              Played moved = test.fresh();
              PairStatus right = test.history.rightSplit(moved.pair());
              PairStatus wrong =
                  right == PairStatus.TRAINING ? PairStatus.TEST : PairStatus.TRAINING;
              test.history.transaction(
                  moved,
                  test.history.published(moved, wrong, test.history.prepared(moved)),
                  test.receipt(moved));
            },
            "says split '",
            "has a picture that belongs in ",
            "RECEIPT: "),
        mistake(
            "near copies in two splits",
            test -> {
              PairStatus right = test.history.rightSplit(test.published.pair());
              Played other = test.history.send(test.ofTheSamePicture());
              PreparedPair pair = test.history.prepared(other);
              pair.setPictureGroup(test.published.pair().imageDigest());
              test.history.transaction(
                  other,
                  test.history.published(
                      other,
                      right == PairStatus.TRAINING ? PairStatus.TEST : PairStatus.TRAINING,
                      pair));
            },
            "SPLIT_LEAK: the picture of the image with digest "),
        mistake(
            "an acknowledged record that never was there",
            test ->
                test.history.ledger.add(
                    LedgerEntry.acknowledged(
                        test.published.pair(),
                        "x",
                        new Site(test.published.origin().getTopic(), 1, 100))),
            "-1-100 (record 0, GOOD) is not there"),
        mistake(
            "a record that no producer sent",
            test -> test.history.publish(test.history.sendUnnoted(LOAD.at(FRESH))),
            "is a raw record that no producer sent"),
        mistake(
            "a good pair in quarantine",
            test -> test.history.reject(test.fresh(), "DECODE_TIMEOUT"),
            "is a good pair and is in quarantine"),
        mistake(
            "poison that was published",
            test -> test.history.publish(test.fresh(SentKind.CUT_JPEG)),
            "right is IMAGE_DAMAGED"),
        mistake(
            "a wrong reason",
            test -> test.history.reject(test.fresh(SentKind.CUT_JPEG), "DECODER_CRASH"),
            "for DECODER_CRASH; right is IMAGE_DAMAGED"),
        mistake(
            "an output that cannot be read",
            test -> {
              Played broken = test.fresh();
              var output = test.history.published(broken, test.history.prepared(broken));
              test.history.transaction(
                  broken,
                  new ProducerRecord<>(
                      output.topic(), null, output.key(), new byte[] {1}, output.headers()));
            },
            "cannot be read",
            "has no receipt"),
        mistake(
            "a record that is not decided yet", test -> test.fresh(), "UNDECIDED: ", "NO_OUTPUT: "),
        prepared("caption", pair -> pair.setCaption("another"), "caption is 'another' where"),
        mistake(
            "other pixels than another output of the picture",
            test -> {
              Played other = test.history.send(test.ofTheSameImage());
              PreparedPair pair = test.history.prepared(other);
              pair.setImage(ByteBuffer.allocate(1));
              test.history.publish(other, pair, test.receiptOf(other));
            },
            "CONTENT: "),
        quarantined("value", pair -> pair.setValue(ByteBuffer.allocate(1)), "value is '"),
        mistake(
            "a receipt that is missing",
            test -> {
              Played silent = test.fresh();
              test.history.transaction(
                  silent, test.history.published(silent, test.history.prepared(silent)));
            },
            "has no receipt"),
        receipt("status", receipt -> receipt.setStatus("WITHDRAWN"), "says WITHDRAWN, and"),
        receipt("copies", receipt -> receipt.setCopies(1), "counts 1 copies"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void finds(Consumer<VerifierTest> mistake, String[] sentences) {
    mistake.accept(this);

    Verdict verdict = verify();

    assertThat(String.join("\n", verdict.differences())).contains(sentences);
    assertThat(verdict.inWords()).startsWith("NOT clean: ");
  }

  @Test
  void takesARecordOfUnknownFateWhereItIsThereAndWhereItIsNot() {
    Played there = history.sendUnnoted(LOAD.at(FRESH));
    String digest = history.digest(there.pair());
    history.ledger.add(LedgerEntry.failed(Fate.UNSURE, there.pair(), digest, "x"));
    history.ledger.add(LedgerEntry.failed(Fate.UNSURE, there.pair(), digest, "x"));
    Played again = history.send(LOAD.at(FRESH));
    history.publish(there, history.prepared(there), receiptOf(there));
    history.rejectCopy(again, there);

    Verdict verdict = verify();

    assertThat(verdict.differences()).isEmpty();
    assertThat(verdict.unsureInputs()).isEqualTo(1);
    assertThat(verdict.acknowledged()).isEqualTo(7);
  }

  @Test
  void findsAnOpenTransaction() {
    try (KafkaProducer<byte[], byte[]> hanging = TestCluster.producer(access, "-hangs")) {
      hanging.beginTransaction();
      TestCluster.acknowledged(hanging.send(output()));

      assertThat(verify().breaches()).containsOnly(Breach.OPEN_TRANSACTION);

      hanging.abortTransaction();
    }
  }

  private static Arguments mistake(
      String name, Consumer<VerifierTest> mistake, String... sentences) {
    return arguments(named(name, mistake), sentences);
  }

  private static Arguments prepared(String name, Consumer<PreparedPair> change, String sentence) {
    return mistake(
        "another " + name + " of a published pair",
        test -> {
          Played played = test.fresh();
          PreparedPair pair = test.history.prepared(played);
          change.accept(pair);
          test.history.publish(played, pair, test.receiptOf(played));
        },
        sentence);
  }

  private static Arguments quarantined(
      String name, Consumer<QuarantinedPair> change, String sentence) {
    return mistake(
        "another " + name + " of a rejected record",
        test -> {
          Played played = test.fresh(SentKind.CUT_JPEG);
          QuarantinedPair pair = test.history.quarantined(played, "IMAGE_DAMAGED");
          change.accept(pair);
          test.history.reject(
              played, pair, test.history.receipt(played, PairStatus.QUARANTINED, "IMAGE_DAMAGED"));
        },
        sentence);
  }

  private static Arguments receipt(String name, Consumer<Receipt> change, String sentence) {
    return mistake(
        "another " + name + " of a receipt",
        test -> {
          Receipt receipt = test.receiptOf(test.published);
          change.accept(receipt);
          test.send(test.history.record(test.published, receipt));
        },
        sentence);
  }

  private Played fresh() {
    return fresh(SentKind.GOOD);
  }

  private Played fresh(SentKind kind) {
    return history.send(LOAD.at(FRESH, kind));
  }

  private SentPair ofTheSameImage() {
    return LongStream.range(2, 1_000)
        .mapToObj(number -> LOAD.at(number, SentKind.ANOTHER_CAPTION))
        .filter(pair -> pair.imageDigest().equals(published.pair().imageDigest()))
        .findFirst()
        .orElseThrow();
  }

  /** Another file of the published picture. */
  private SentPair ofTheSamePicture() {
    return LongStream.range(10, 1_000)
        .mapToObj(number -> LOAD.at(number, SentKind.GOOD))
        .filter(pair -> picture(pair).equals(picture(published.pair())))
        .findFirst()
        .orElseThrow();
  }

  private static String picture(SentPair pair) {
    return Inputs.picture(pair.pair().getImage());
  }

  private Receipt receiptOf(Played played) {
    return history.receipt(played, history.rightSplit(played.pair()), "");
  }

  private ProducerRecord<byte[], byte[]> receipt(Played played) {
    return history.record(played, receiptOf(played));
  }

  private ProducerRecord<byte[], byte[]> output() {
    return history.published(published, history.prepared(published));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    TestCluster.send(access, record);
  }

  private Verdict verify() {
    return new Verifier(cluster, A_MOMENT, A_MOMENT).verify(history.ledger, live);
  }

  private Cluster cluster(String registry) {
    return new Cluster(
        KAFKA.bootstrapServers(), registry, access.dataset(), LongTimeouts.TIMEOUT, Map.of());
  }
}
