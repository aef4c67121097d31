package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.verify.PlayedHistory.Played;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Standing;
import io.pairstream.service.Cluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Histories with one thing wrong in each: the verifier names it. */
@Timeout(300)
class VerifierTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PARTITIONS = 2;
  private static final Duration A_MOMENT = Duration.ofSeconds(1);

  @TempDir private Path folder;

  private final ClusterAccess access = KAFKA.dataset(PARTITIONS);
  private final Cluster cluster =
      new Cluster(
          KAFKA.bootstrapServers(),
          access.registry().addresses(),
          access.dataset(),
          Map.of(),
          Map.of());
  private final SeededLoad load = new SeededLoad(5);
  private SentLedger ledger;
  private PlayedHistory history;
  private Played trained;
  private Played validated;
  private Played damaged;

  @BeforeEach
  void play() throws IOException {
    ledger = SentLedger.create(folder.resolve("ledger.jsonl"), access.dataset(), load.seed());
    history = new PlayedHistory(access, ledger);
    trained = history.send(load.at(0));
    history.publish(trained, Standing.TRAINING);
    history.rejectCopy(history.send(load.at(1, SentKind.COPY)), trained, Standing.TRAINING);
    history.publish(history.send(load.at(1, SentKind.ANOTHER_CAPTION)), Standing.TRAINING);
    validated = history.send(load.at(2));
    history.publish(validated, Standing.VALIDATION);
    damaged = history.send(load.at(3, SentKind.CUT_JPEG));
    history.reject(damaged, "IMAGE_HEADER_DAMAGED");
    history.reject(history.send(load.at(4, SentKind.NO_AVRO)), "UNREADABLE_RECORD");
    history.reject(history.send(load.at(5, SentKind.NO_VALUE)), "UNREADABLE_RECORD");
  }

  @AfterEach
  void close() {
    history.close();
    ledger.close();
  }

  @Test
  void passesWhereEverythingIsAsItMustBe() {
    try (LiveReader live = LiveReader.start(cluster, () -> 0)) {
      Verdict verdict = new Verifier(A_MOMENT).verify(cluster, ledger, Optional.of(live));

      assertThat(verdict.differences()).isEmpty();
      assertThat(verdict.isClean()).isTrue();
      assertThat(verdict.acknowledged()).isEqualTo(7);
      assertThat(verdict.inputs()).isEqualTo(7);
      assertThat(verdict.outputs().values()).containsExactly(2L, 1L, 0L, 4L);
    }
  }

  @Test
  void findsAnOutputThatWasNeverWritten() {
    Played forgotten = history.send(load.at(6));
    history.transaction(forgotten, List.of(history.receipt(forgotten, Standing.TRAINING, "")));

    Verdict verdict = assertBreaches(Set.of(Breach.NO_OUTPUT, Breach.AUDIT));
    assertNamed(verdict, Breach.NO_OUTPUT, forgotten.at(), "left by no door");
    assertNamed(verdict, Breach.AUDIT, "MISSING", forgotten.at());
    assertThat(verdict.lost()).isEqualTo(1);
  }

  @Test
  void findsAnOutputThatWasDeleted() {
    TestCluster.send(
        access,
        TestCluster.record(access.topics().validation(), null, validated.pair().pairId(), null));

    Verdict verdict = assertBreaches(Set.of(Breach.MISPLACED, Breach.NO_OUTPUT, Breach.AUDIT));
    assertNamed(verdict, Breach.MISPLACED, "is a tombstone, and nobody asked for a removal");
    assertNamed(verdict, Breach.NO_OUTPUT, validated.at(), "left by no door");
    assertNamed(verdict, Breach.AUDIT, "MISSING", validated.at());
  }

  @Test
  void findsAnOutputThatStandsTwice() {
    TestCluster.send(access, history.published(trained, Standing.TRAINING));

    Verdict verdict = assertBreaches(Set.of(Breach.TWICE, Breach.PAIR_TWICE, Breach.AUDIT));
    assertNamed(verdict, Breach.TWICE, trained.at(), "left as", "and again as");
    assertNamed(verdict, Breach.AUDIT, "TWICE", trained.at());
    assertThat(verdict.twice()).isEqualTo(2);
  }

  @Test
  void findsARecordThatLeftByTwoDoors() {
    TestCluster.send(
        access,
        history.quarantined(validated, history.quarantinedPair(validated, "DUPLICATE_PAIR")));

    Verdict verdict = assertBreaches(Set.of(Breach.TWICE, Breach.AUDIT));
    assertNamed(verdict, Breach.TWICE, validated.at(), ".validation-", ".quarantine-");
  }

  @Test
  void findsAnOutputThatWasMovedToAnotherTopic() {
    Played moved = history.send(load.at(6));
    history.transaction(
        moved,
        List.of(
            history.published(
                moved, Standing.TEST, PlayedPipeline.prepared(moved.sent(), Standing.TRAINING)),
            history.receipt(moved, Standing.TRAINING, "")));

    Verdict verdict = assertBreaches(Set.of(Breach.MISPLACED, Breach.RECEIPT, Breach.AUDIT));
    assertNamed(
        verdict, Breach.MISPLACED, "says split 'TRAINING' but is on " + topic(Standing.TEST));
  }

  @Test
  void findsASplitFieldThatWasChanged() {
    Played changed = history.send(load.at(6));
    PreparedPair pair = PlayedPipeline.prepared(changed.sent(), Standing.TEST);
    history.transaction(
        changed,
        List.of(
            history.published(changed, Standing.TRAINING, pair),
            history.receipt(changed, Standing.TRAINING, "")));

    Verdict verdict = assertBreaches(Set.of(Breach.MISPLACED, Breach.AUDIT));
    assertNamed(
        verdict, Breach.MISPLACED, "says split 'TEST' but is on " + topic(Standing.TRAINING));
  }

  @Test
  void findsAnAcknowledgedRecordThatNeverWasThere() {
    Origin nowhere = new Origin(trained.origin().getTopic(), 1, 100L);
    ledger.add(history.entry(Fate.ACKNOWLEDGED, validated, nowhere, ""));

    Verdict verdict = assertBreaches(Set.of(Breach.INPUT_LOST));
    assertNamed(verdict, Breach.INPUT_LOST, "-1-100 (record 2, GOOD) was acknowledged and is not");
    assertThat(verdict.lost()).isEqualTo(1);
  }

  @Test
  void findsInputsThatWereDeleted() {
    TopicPartition partition =
        new TopicPartition(trained.origin().getTopic(), trained.origin().getPartition());
    TestCluster.deleteBefore(access, partition, trained.origin().getOffset() + 1);

    Verdict verdict = verify(Optional.empty());
    assertNamed(verdict, Breach.INPUT_LOST, trained.at(), "is not there; the log begins at");
    assertNamed(verdict, Breach.STRANGER, "names " + trained.at(), "where there is no raw record");
  }

  @Test
  void findsAnInputThatIsNotWhatWasSent() {
    Played other = history.sendUnnoted(load.at(6));
    ledger.add(history.entry(Fate.ACKNOWLEDGED, validated, other.origin(), ""));
    history.publish(other, Standing.TRAINING);

    Verdict verdict = verify(Optional.empty());
    assertNamed(
        verdict, Breach.INPUT_LOST, other.at(), "does not hold the value that was sent there");
  }

  @Test
  void findsARecordThatNobodySent() {
    Played strange = history.sendUnnoted(load.at(6));
    history.publish(strange, Standing.TRAINING);

    Verdict verdict = assertBreaches(Set.of(Breach.STRANGER));
    assertNamed(verdict, Breach.STRANGER, strange.at(), "is a raw record that no producer sent");
    assertThat(verdict.unaccounted()).isEqualTo(1);
  }

  @Test
  void takesARecordOfUnknownFateWhereItIsThereAndWhereItIsNot() {
    Played there = history.sendUnnoted(load.at(6));
    ledger.add(history.entry(Fate.UNSURE, there, there.origin(), ""));
    ledger.add(history.entry(Fate.UNSURE, there, there.origin(), ""));
    Played again = history.send(load.at(6));
    history.publish(there, Standing.TRAINING);
    history.rejectCopy(again, there, Standing.TRAINING);

    Verdict verdict = assertBreaches(Set.of());
    assertThat(verdict.unsureInputs()).isEqualTo(1);
    assertThat(verdict.inputs()).isEqualTo(9);
    assertThat(verdict.acknowledged()).isEqualTo(8);
  }

  @Test
  void findsMoreRecordsThanAttempts() {
    Played first = history.sendUnnoted(load.at(6));
    ledger.add(history.entry(Fate.UNSURE, first, first.origin(), ""));
    Played second = history.sendUnnoted(load.at(6));
    history.publish(first, Standing.TRAINING);
    history.rejectCopy(second, first, Standing.TRAINING);

    assertNamed(
        assertBreaches(Set.of(Breach.STRANGER)),
        Breach.STRANGER,
        second.at(),
        "is a raw record that no producer sent");
  }

  @Test
  void findsOneKeyThatWasAnsweredWithTwoRecords() {
    Played first = history.sendUnnoted(load.at(6));
    Played second = history.sendUnnoted(load.at(6));
    ledger.add(history.entry(Fate.ACKNOWLEDGED, first, first.origin(), "key-6"));
    ledger.add(history.entry(Fate.ACKNOWLEDGED, first, first.origin(), "key-6"));
    history.publish(first, Standing.TRAINING);
    history.rejectCopy(second, first, Standing.TRAINING);
    assertBreaches(Set.of(Breach.STRANGER));

    ledger.add(history.entry(Fate.ACKNOWLEDGED, second, second.origin(), "key-6"));

    Verdict verdict = assertBreaches(Set.of(Breach.KEY_TWICE));
    assertNamed(verdict, Breach.KEY_TWICE, "key key-6 was answered with", first.at(), second.at());
  }

  @Test
  void findsAGoodPairInQuarantine() {
    Played good = history.send(load.at(6));
    history.reject(good, "DECODE_TIMEOUT");

    Verdict verdict = assertBreaches(Set.of(Breach.GOOD_REJECTED));
    assertNamed(
        verdict,
        Breach.GOOD_REJECTED,
        good.at(),
        "is a good pair and is in quarantine",
        "for DECODE_TIMEOUT");
    assertThat(verdict.wronglyRejected()).isEqualTo(1);
  }

  @Test
  void findsACopyOfNothing() {
    Played good = history.send(load.at(6));
    history.reject(good, "DUPLICATE_PAIR");

    Verdict verdict = assertBreaches(Set.of(Breach.GOOD_REJECTED));
    assertNamed(verdict, Breach.GOOD_REJECTED, good.at(), "as a copy", "is published nowhere");
  }

  @Test
  void findsPoisonThatWasPublished() {
    Played poison = history.send(load.at(6, SentKind.CLOSED_JPEG));
    history.publish(poison, Standing.TRAINING);

    Verdict verdict = verify(Optional.empty());
    assertNamed(
        verdict, Breach.POISON_PUBLISHED, poison.at(), "is published as", "[IMAGE_DAMAGED]");
  }

  @Test
  void findsAWrongReason() {
    Played poison = history.send(load.at(6, SentKind.CLOSED_JPEG));
    history.reject(poison, "DECODER_CRASH");

    Verdict verdict = assertBreaches(Set.of(Breach.WRONG_REASON));
    assertNamed(
        verdict, Breach.WRONG_REASON, poison.at(), "for DECODER_CRASH; right is [IMAGE_DAMAGED]");
  }

  @Test
  void findsAReasonThatIsNone() {
    Played poison = history.send(load.at(6, SentKind.CLOSED_JPEG));
    history.reject(poison, "BAD_LUCK");

    assertNamed(
        verify(Optional.empty()),
        Breach.WRONG_REASON,
        poison.at(),
        "for 'BAD_LUCK', which is no reason");
  }

  @Test
  void findsAnOriginalThatWasDamaged() {
    Played poison = history.send(load.at(6, SentKind.CLOSED_JPEG));
    QuarantinedPair pair = history.quarantinedPair(poison, "IMAGE_DAMAGED");
    ByteBuffer value = pair.getValue();
    value.put(value.limit() - 1, (byte) ~value.get(value.limit() - 1));
    history.transaction(
        poison,
        List.of(
            history.quarantined(poison, pair),
            history.receipt(poison, Standing.QUARANTINED, "IMAGE_DAMAGED")));

    Verdict verdict = assertBreaches(Set.of(Breach.ORIGINAL_DAMAGED));
    assertNamed(verdict, Breach.ORIGINAL_DAMAGED, "does not hold " + poison.at());
  }

  @Test
  void findsAnImageInTwoSplits() {
    SentPair sameImage =
        LongStream.range(2, 1_000)
            .mapToObj(number -> load.at(number, SentKind.ANOTHER_CAPTION))
            .filter(pair -> pair.imageDigest().equals(trained.pair().imageDigest()))
            .findFirst()
            .orElseThrow();
    history.publish(history.send(sameImage), Standing.TEST);

    Verdict verdict = assertBreaches(Set.of(Breach.SPLIT_LEAK, Breach.AUDIT));
    assertNamed(
        verdict,
        Breach.SPLIT_LEAK,
        trained.pair().imageDigest(),
        topic(Standing.TRAINING),
        topic(Standing.TEST));
  }

  @Test
  void findsAnOpenTransaction() {
    try (KafkaProducer<byte[], byte[]> hanging =
        TestCluster.producer(access, "-preprocess-hangs")) {
      hanging.beginTransaction();
      TestCluster.acknowledged(hanging.send(history.published(trained, Standing.TRAINING)));

      Verdict verdict = assertBreaches(Set.of(Breach.OPEN_TRANSACTION));
      assertNamed(
          verdict,
          Breach.OPEN_TRANSACTION,
          topic(Standing.TRAINING),
          "has an open transaction from offset",
          "-preprocess-hangs)");
      hanging.abortTransaction();
    }
  }

  @Test
  void findsWhatWasReadableAndIsGone() throws InterruptedException {
    try (LiveReader live = LiveReader.start(cluster, () -> 7)) {
      assertThat(live.awaitOutputs(7, Duration.ofSeconds(60))).isTrue();
      TopicPartition partition =
          new TopicPartition(topic(Standing.VALIDATION), partitionOf(validated));
      TestCluster.deleteBefore(access, partition, 1);

      Verdict verdict = verify(Optional.of(live));
      assertNamed(verdict, Breach.LIVE, validated.at(), "was readable, and is not there");
      assertNamed(verdict, Breach.NO_OUTPUT, validated.at(), "left by no door");
    }
  }

  @Test
  void findsAReceiptThatIsMissing() {
    Played silent = history.send(load.at(6));
    history.transaction(silent, List.of(history.published(silent, Standing.TRAINING)));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(verdict, Breach.RECEIPT, silent.at(), "has no receipt");
  }

  @Test
  void findsAReceiptThatSaysOtherwise() {
    TestCluster.send(access, history.receipt(validated, Standing.TEST, ""));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(
        verdict,
        Breach.RECEIPT,
        validated.pair().pairId(),
        "says TEST, and it stands as VALIDATION");
  }

  @Test
  void findsAReceiptThatCountsTooFew() {
    TestCluster.send(access, history.receipt(trained, Standing.TRAINING, "", 1));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(
        verdict,
        Breach.RECEIPT,
        trained.pair().pairId(),
        "counts 1 copies, and there are 2 raw records of it");
  }

  @Test
  void findsAReceiptWithAnotherReason() {
    TestCluster.send(access, history.receipt(damaged, Standing.QUARANTINED, "IMAGE_EMPTY"));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(verdict, Breach.RECEIPT, damaged.at(), "another reason");
  }

  @Test
  void findsARecordThatNobodyHasDecidedYet() {
    Played waits = history.send(load.at(6));

    Verdict verdict = verify(Optional.empty());
    assertNamed(
        verdict,
        Breach.UNDECIDED,
        waits.origin().getTopic() + "-" + waits.origin().getPartition(),
        "has records that preprocessing has not committed: 1");
    assertNamed(verdict, Breach.NO_OUTPUT, waits.at());
  }

  @Test
  void saysByItsExitStatusWhetherTheAccountsClose() {
    assertThat(verifyMain("--ledger", ledger.file().toString()))
        .startsWith("0 ")
        .contains("clean: 7 acknowledged, 7 inputs");

    TestCluster.send(access, history.published(trained, Standing.TRAINING));
    assertThat(verifyMain("--ledger", ledger.file().toString()))
        .startsWith("1 ")
        .contains("NOT clean: 7 acknowledged")
        .contains(trained.at() + " (record 0, GOOD) left as");

    assertThat(verifyMain("--ledger")).isEqualTo("2 verify: --ledger needs a value\n");
    assertThat(verifyMain("--dataset", "x")).isEqualTo("2 verify: --ledger FILE is missing\n");
    assertThat(verifyMain("--leger", "x")).startsWith("2 verify: there is no option --leger");
  }

  private String verifyMain(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--schema-registry",
                cluster.registryAddresses(),
                "--wait-seconds",
                "1"));
    all.addAll(List.of(arguments));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8);
    int status = VerifyMain.run(both, both, all.toArray(String[]::new));
    return status + " " + printed.toString(StandardCharsets.UTF_8);
  }

  private static int partitionOf(Played published) {
    byte[] key = published.pair().pairId().getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % PARTITIONS;
  }

  private String topic(Standing split) {
    return access.dataset().topic(split.name().toLowerCase(Locale.ROOT));
  }

  private Verdict verify(Optional<LiveReader> live) {
    Verdict verdict = new Verifier(A_MOMENT).verify(cluster, ledger, live);
    assertThat(verdict.isClean()).isFalse();
    return verdict;
  }

  /** Verifies, and finds breaches of these kinds and of no other. */
  private Verdict assertBreaches(Set<Breach> kinds) {
    Verdict verdict = new Verifier(A_MOMENT).verify(cluster, ledger, Optional.empty());
    assertThat(verdict.breaches().keySet()).as("%s", verdict.differences()).isEqualTo(kinds);
    assertThat(verdict.isClean()).isEqualTo(kinds.isEmpty());
    return verdict;
  }

  private static void assertNamed(Verdict verdict, Breach breach, String... parts) {
    assertThat(verdict.differences())
        .anySatisfy(sentence -> assertThat(sentence).startsWith(breach + ": ").contains(parts));
  }
}
