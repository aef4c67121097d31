package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.verify.PlayedHistory.Played;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Rendition;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.testing.LongTimeouts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories with one thing wrong in each: the verifier names it. */
@Timeout(1800)
class VerifierTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int PARTITIONS = 2;
  private static final Duration A_MOMENT = Duration.ofSeconds(1);
  private static final SeededLoad LOAD = new SeededLoad(9);

  private final ClusterAccess access = KAFKA.dataset(PARTITIONS);
  private final Cluster cluster =
      new Cluster(
          KAFKA.bootstrapServers(),
          access.registry().addresses(),
          access.dataset(),
          LongTimeouts.TIMEOUT,
          Map.of());
  private final SentLedger ledger = new SentLedger();
  private PlayedHistory history;
  private Played trained;
  private Played validated;
  private Played damaged;

  @BeforeEach
  void play() {
    history = new PlayedHistory(access, ledger);
    trained = history.send(LOAD.at(0));
    history.publish(trained, PairStatus.TRAINING);
    history.rejectCopy(history.send(LOAD.at(1, SentKind.COPY)), trained, PairStatus.TRAINING);
    history.publish(history.send(LOAD.at(1, SentKind.ANOTHER_CAPTION)), PairStatus.TRAINING);
    validated = history.send(LOAD.at(2));
    history.publish(validated, PairStatus.VALIDATION);
    damaged = history.send(LOAD.at(3, SentKind.CUT_JPEG));
    history.reject(damaged, "IMAGE_DAMAGED");
    history.reject(history.send(LOAD.at(4, SentKind.NO_AVRO)), "UNREADABLE_RECORD");
    history.reject(history.send(LOAD.at(5, SentKind.NO_VALUE)), "UNREADABLE_RECORD");
  }

  @AfterEach
  void close() {
    history.close();
    TestCluster.deleteTopics(access, PARTITIONS);
  }

  @Test
  void passesWhereEverythingIsAsItMustBe() {
    try (LiveReader live = LiveReader.start(cluster)) {
      Verdict verdict = new Verifier(A_MOMENT, A_MOMENT).verify(cluster, ledger, Optional.of(live));

      assertThat(verdict.differences()).isEmpty();
      assertThat(verdict.isClean()).isTrue();
      assertThat(verdict.acknowledged()).isEqualTo(7);
      assertThat(verdict.inputs()).isEqualTo(7);
      assertThat(verdict.outputs().values()).containsExactly(2L, 1L, 0L, 4L);
    }
  }

  @Test
  void findsAnOutputThatWasNeverWritten() {
    Played forgotten = history.send(LOAD.at(6));
    history.transaction(forgotten, List.of(history.receipt(forgotten, PairStatus.TRAINING, "")));

    Verdict verdict = assertBreaches(Set.of(Breach.NO_OUTPUT, Breach.AUDIT));
    assertNamed(verdict, Breach.NO_OUTPUT, forgotten.at(), "has no output");
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
    assertNamed(verdict, Breach.NO_OUTPUT, validated.at(), "has no output");
    assertNamed(verdict, Breach.AUDIT, "MISSING", validated.at());
  }

  @Test
  void findsAnOutputThatStandsTwice() {
    TestCluster.send(access, history.published(trained, PairStatus.TRAINING));

    Verdict verdict = assertBreaches(Set.of(Breach.TWICE, Breach.PAIR_TWICE, Breach.AUDIT));
    assertNamed(verdict, Breach.TWICE, trained.at(), "left as", "and again as");
    assertNamed(verdict, Breach.AUDIT, "TWICE", trained.at());
    assertThat(verdict.twice()).isEqualTo(2);
  }

  @Test
  void findsARecordWithTwoOutputs() {
    TestCluster.send(
        access,
        history.quarantined(validated, history.quarantinedPair(validated, "DUPLICATE_PAIR")));

    Verdict verdict = assertBreaches(Set.of(Breach.TWICE, Breach.AUDIT));
    assertNamed(verdict, Breach.TWICE, validated.at(), ".validation-", ".quarantine-");
  }

  @Test
  void findsAnOutputThatWasMovedToAnotherTopic() {
    Played moved = history.send(LOAD.at(6));
    history.transaction(
        moved,
        List.of(
            history.published(moved, PairStatus.TEST, history.prepared(moved, PairStatus.TRAINING)),
            history.receipt(moved, PairStatus.TRAINING, "")));

    Verdict verdict = assertBreaches(Set.of(Breach.MISPLACED, Breach.RECEIPT, Breach.AUDIT));
    assertNamed(
        verdict, Breach.MISPLACED, "says split 'TRAINING' but is on " + topic(PairStatus.TEST));
  }

  @Test
  void findsAnAcknowledgedRecordThatNeverWasThere() {
    Origin nowhere = new Origin(trained.origin().getTopic(), 1, 100L);
    ledger.add(history.entry(Fate.ACKNOWLEDGED, validated, nowhere));

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
    Played other = history.sendUnnoted(LOAD.at(6));
    ledger.add(history.entry(Fate.ACKNOWLEDGED, validated, other.origin()));
    history.publish(other, PairStatus.TRAINING);

    Verdict verdict = verify(Optional.empty());
    assertNamed(
        verdict, Breach.INPUT_LOST, other.at(), "does not hold the value that was sent there");
  }

  @Test
  void findsARecordThatNobodySent() {
    Played strange = history.sendUnnoted(LOAD.at(6));
    history.publish(strange, PairStatus.TRAINING);

    Verdict verdict = assertBreaches(Set.of(Breach.STRANGER));
    assertNamed(verdict, Breach.STRANGER, strange.at(), "is a raw record that no producer sent");
    assertThat(verdict.unaccounted()).isEqualTo(1);
  }

  @Test
  void takesARecordOfUnknownFateWhereItIsThereAndWhereItIsNot() {
    Played there = history.sendUnnoted(LOAD.at(6));
    ledger.add(history.entry(Fate.UNSURE, there, there.origin()));
    ledger.add(history.entry(Fate.UNSURE, there, there.origin()));
    Played again = history.send(LOAD.at(6));
    history.publish(there, PairStatus.TRAINING);
    history.rejectCopy(again, there, PairStatus.TRAINING);

    Verdict verdict = assertBreaches(Set.of());
    assertThat(verdict.unsureInputs()).isEqualTo(1);
    assertThat(verdict.inputs()).isEqualTo(9);
    assertThat(verdict.acknowledged()).isEqualTo(8);
  }

  @Test
  void findsAGoodPairInQuarantine() {
    Played good = history.send(LOAD.at(6));
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
    Played good = history.send(LOAD.at(6));
    history.reject(good, "DUPLICATE_PAIR");

    Verdict verdict = assertBreaches(Set.of(Breach.GOOD_REJECTED));
    assertNamed(verdict, Breach.GOOD_REJECTED, good.at(), "as a copy", "is published nowhere");
  }

  @Test
  void findsPoisonThatWasPublished() {
    Played poison = history.send(LOAD.at(6, SentKind.CLOSED_JPEG));
    history.publish(poison, PairStatus.TRAINING);

    Verdict verdict = verify(Optional.empty());
    assertNamed(
        verdict, Breach.POISON_PUBLISHED, poison.at(), "is published as", "[IMAGE_DAMAGED]");
  }

  @Test
  void findsAWrongReason() {
    Played poison = history.send(LOAD.at(6, SentKind.CLOSED_JPEG));
    history.reject(poison, "DECODER_CRASH");

    Verdict verdict = assertBreaches(Set.of(Breach.WRONG_REASON));
    assertNamed(
        verdict, Breach.WRONG_REASON, poison.at(), "for DECODER_CRASH; right is [IMAGE_DAMAGED]");
  }

  @Test
  void findsAnOriginalThatWasDamaged() {
    Played poison = history.send(LOAD.at(6, SentKind.CLOSED_JPEG));
    QuarantinedPair pair = history.quarantinedPair(poison, "IMAGE_DAMAGED");
    ByteBuffer value = pair.getValue();
    value.put(value.limit() - 1, (byte) ~value.get(value.limit() - 1));
    history.transaction(
        poison,
        List.of(
            history.quarantined(poison, pair),
            history.receipt(poison, PairStatus.QUARANTINED, "IMAGE_DAMAGED")));

    Verdict verdict = assertBreaches(Set.of(Breach.ORIGINAL_DAMAGED));
    assertNamed(verdict, Breach.ORIGINAL_DAMAGED, "does not hold " + poison.at());
  }

  @Test
  void findsAnImageInTwoSplits() {
    SentPair sameImage =
        LongStream.range(2, 1_000)
            .mapToObj(number -> LOAD.at(number, SentKind.ANOTHER_CAPTION))
            .filter(pair -> pair.imageDigest().equals(trained.pair().imageDigest()))
            .findFirst()
            .orElseThrow();
    history.publish(history.send(sameImage), PairStatus.TEST);

    Verdict verdict = assertBreaches(Set.of(Breach.SPLIT_LEAK, Breach.MISPLACED, Breach.AUDIT));
    assertNamed(
        verdict, Breach.MISPLACED, topic(PairStatus.TEST), "has an image that belongs in TRAINING");
    assertNamed(
        verdict,
        Breach.SPLIT_LEAK,
        trained.pair().imageDigest(),
        topic(PairStatus.TRAINING),
        topic(PairStatus.TEST));
  }

  @Test
  void findsAnOpenTransaction() {
    try (KafkaProducer<byte[], byte[]> hanging =
        TestCluster.producer(access, "-preprocess-hangs")) {
      hanging.beginTransaction();
      TestCluster.acknowledged(hanging.send(history.published(trained, PairStatus.TRAINING)));

      Verdict verdict = assertBreaches(Set.of(Breach.OPEN_TRANSACTION));
      assertNamed(
          verdict,
          Breach.OPEN_TRANSACTION,
          topic(PairStatus.TRAINING),
          "has an open transaction from offset",
          "-preprocess-hangs)");
      hanging.abortTransaction();
    }
  }

  @Test
  void findsWhatWasReadableAndIsGone() throws InterruptedException {
    try (LiveReader live = LiveReader.start(cluster)) {
      assertThat(live.awaitOutputs(7, Duration.ofMinutes(4))).isTrue();
      TopicPartition partition =
          new TopicPartition(topic(PairStatus.VALIDATION), partitionOf(validated));
      TestCluster.deleteBefore(access, partition, 1);

      Verdict verdict = verify(Optional.of(live));
      assertNamed(verdict, Breach.LIVE, validated.at(), "was readable, and is not there");
      assertNamed(verdict, Breach.NO_OUTPUT, validated.at(), "has no output");
    }
  }

  @Test
  void findsAReceiptThatIsMissing() {
    Played silent = history.send(LOAD.at(6));
    history.transaction(silent, List.of(history.published(silent, PairStatus.TRAINING)));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(verdict, Breach.RECEIPT, silent.at(), "has no receipt");
  }

  @Test
  void findsAReceiptThatSaysOtherwise() {
    TestCluster.send(access, history.receipt(validated, PairStatus.TEST, ""));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(
        verdict,
        Breach.RECEIPT,
        validated.pair().pairId(),
        "says TEST, and it stands as VALIDATION");
  }

  @Test
  void findsAReceiptThatCountsTooFew() {
    TestCluster.send(access, history.receipt(trained, PairStatus.TRAINING, "", 1));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(
        verdict,
        Breach.RECEIPT,
        trained.pair().pairId(),
        "counts 1 copies, and there are 2 raw records of it");
  }

  @Test
  void findsARecordThatNobodyHasDecidedYet() {
    Played waits = history.send(LOAD.at(6));

    Verdict verdict = verify(Optional.empty());
    assertNamed(
        verdict,
        Breach.UNDECIDED,
        waits.origin().getTopic() + "-" + waits.origin().getPartition(),
        "has records that preprocessing has not committed: 1");
    assertNamed(verdict, Breach.NO_OUTPUT, waits.at());
  }

  @Test
  void findsAPairIdThatWasChanged() {
    Played changed = history.send(LOAD.at(6));
    PreparedPair pair = history.prepared(changed, PairStatus.TRAINING);
    pair.setPairId(changed(pair.getPairId()));
    history.transaction(
        changed,
        List.of(
            history.published(changed, PairStatus.TRAINING, pair),
            history.receipt(changed, PairStatus.TRAINING, "")));

    assertNamed(
        verify(Optional.empty()),
        Breach.MISPLACED,
        topic(PairStatus.TRAINING),
        "is pair '" + pair.getPairId() + "', but " + changed.at());
  }

  @Test
  void findsAReceiptUnderAnIdThatWasChanged() {
    ProducerRecord<byte[], byte[]> receipt = history.receipt(trained, PairStatus.TRAINING, "");
    String key = changed(trained.pair().pairId());
    TestCluster.send(
        access,
        new ProducerRecord<>(
            receipt.topic(), null, key.getBytes(StandardCharsets.UTF_8), receipt.value()));

    assertNamed(
        assertBreaches(Set.of(Breach.RECEIPT)),
        Breach.RECEIPT,
        "is of '" + key + "', which nobody sent");
  }

  @Test
  void findsAnOutputOnAnotherPartition() {
    Played moved = history.send(LOAD.at(6));
    history.transaction(
        moved,
        List.of(
            elsewhere(history.published(moved, PairStatus.TRAINING)),
            history.receipt(moved, PairStatus.TRAINING, "")));

    assertNamed(
        assertBreaches(Set.of(Breach.MISPLACED)),
        Breach.MISPLACED,
        topic(PairStatus.TRAINING) + "-" + (1 - partitionOf(moved)),
        "is on a partition that is not its key's");
  }

  @Test
  void findsAValueThatIsNotInTheWireFormat() {
    byte[] value = {1, 2, 3};
    Played unreadable = history.send(LOAD.at(6));
    ProducerRecord<byte[], byte[]> output = history.published(unreadable, PairStatus.TRAINING);
    ProducerRecord<byte[], byte[]> receipt = history.receipt(unreadable, PairStatus.TRAINING, "");
    history.transaction(
        unreadable, List.of(withValue(output, value), receipt, withValue(receipt, value)));

    Verdict verdict = verify(Optional.empty());
    assertNamed(verdict, Breach.MISPLACED, topic(PairStatus.TRAINING) + "-", "cannot be read: ");
    assertNamed(verdict, Breach.NO_OUTPUT, unreadable.at());
    assertNamed(verdict, Breach.RECEIPT, receipt.topic() + "-", "cannot be read: ");
  }

  @Test
  void asksForARegistryThatAnswersFirstOfAll() {
    Cluster without =
        new Cluster(
            cluster.bootstrapServers(),
            "http://127.0.0.1:1",
            cluster.dataset(),
            cluster.kafkaSettings(),
            Map.of());

    assertThatThrownBy(
            () -> new Verifier(A_MOMENT, A_MOMENT).verify(without, ledger, Optional.empty()))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void countsNoOutputThatWasAborted() {
    TestCluster.sendInVain(access, history.published(trained, PairStatus.TRAINING));

    assertBreaches(Set.of());
  }

  @Test
  void findsAnOutputWithoutItsCoordinates() {
    Played bare = history.send(LOAD.at(6));
    ProducerRecord<byte[], byte[]> output = history.published(bare, PairStatus.TRAINING);
    output.headers().remove(OriginHeader.NAME);
    history.transaction(bare, List.of(output, history.receipt(bare, PairStatus.TRAINING, "")));

    assertNamed(
        verify(Optional.empty()),
        Breach.MISPLACED,
        "names " + bare.at() + ", but its header no coordinates");
  }

  @Test
  void findsAnOutputWithoutAKey() {
    Played bare = history.send(LOAD.at(6, SentKind.NO_AVRO));
    ProducerRecord<byte[], byte[]> output =
        history.quarantined(bare, history.quarantinedPair(bare, "UNREADABLE_RECORD"));
    history.transaction(
        bare,
        List.of(
            new ProducerRecord<byte[], byte[]>(
                output.topic(),
                Integer.valueOf(0),
                (byte[]) null,
                output.value(),
                output.headers()),
            history.receipt(bare, PairStatus.QUARANTINED, "UNREADABLE_RECORD")));

    assertNamed(
        assertBreaches(Set.of(Breach.MISPLACED, Breach.AUDIT)),
        Breach.MISPLACED,
        output.topic() + "-0-",
        "has key '' where '" + bare.at() + "' belongs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pair_id",
        "image_digest",
        "reason",
        "detail",
        "measured",
        "limit",
        "review_id",
        "received_at",
        "decided_at"
      })
  void findsAFieldOfAReceiptThatWasChanged(String field) {
    Played unread = history.send(LOAD.at(6, SentKind.NO_AVRO));
    history.reject(unread, "UNREADABLE_RECORD");
    Receipt published = history.receiptOf(trained, PairStatus.TRAINING, "");
    Receipt rejected = history.receiptOf(damaged, PairStatus.QUARANTINED, "IMAGE_DAMAGED");
    Receipt nameless = history.receiptOf(unread, PairStatus.QUARANTINED, "UNREADABLE_RECORD");
    for (Receipt receipt : List.of(published, rejected, nameless)) {
      change(receipt, field);
    }
    TestCluster.send(access, history.receipt(trained, published));
    TestCluster.send(access, history.receipt(damaged, rejected));
    TestCluster.send(access, history.receipt(unread, nameless));

    Verdict verdict = assertBreaches(Set.of(Breach.RECEIPT));
    assertNamed(verdict, Breach.RECEIPT, trained.at(), field + " is ");
    assertThat(verdict.count(Breach.RECEIPT)).isEqualTo(3);
    if (!field.equals("reason")) {
      assertNamed(verdict, Breach.RECEIPT, damaged.at(), field + " is ");
      assertNamed(verdict, Breach.RECEIPT, unread.at(), field + " is ");
    }
  }

  @Test
  void findsAReceiptOfARejectedRecordThatNamesAnother() {
    Receipt receipt = history.receiptOf(damaged, PairStatus.QUARANTINED, "IMAGE_DAMAGED");
    receipt.setOrigin(trained.origin());
    TestCluster.send(access, history.receipt(damaged, receipt));

    assertNamed(assertBreaches(Set.of(Breach.RECEIPT)), Breach.RECEIPT, "names " + trained.at());
  }

  /**
   * Fields of a published pair that have no sentence of their own, in parts that are told whole.
   */
  static Stream<List<String>> fieldsOfAPublishedPair() {
    List<String> fields =
        PreparedPair.SCHEMA$.getFields().stream()
            .map(Schema.Field::name)
            .filter(name -> !Set.of("pair_id", "image_digest", "split", "origin").contains(name))
            .toList();
    int half = fields.size() / 2;
    return Stream.of(fields.subList(0, half), fields.subList(half, fields.size()));
  }

  @ParameterizedTest
  @MethodSource("fieldsOfAPublishedPair")
  void findsEachFieldOfAPublishedPairThatWasChanged(List<String> fields) {
    String picture = RawFacts.picture(trained.pair().pair().getImage());
    List<SentPair> ofOnePicture =
        LongStream.range(10, 10_000)
            .mapToObj(number -> LOAD.at(number, SentKind.GOOD))
            .filter(pair -> RawFacts.picture(pair.pair().getImage()).equals(picture))
            .limit(fields.size())
            .toList();
    Map<String, String> sites = new HashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      Played played = history.send(ofOnePicture.get(i));
      PairStatus split = history.rightSplit(played);
      PreparedPair pair = history.prepared(played, split);
      change(pair, fields.get(i));
      history.transaction(
          played,
          List.of(history.published(played, split, pair), history.receipt(played, split, "")));
      sites.put(fields.get(i), topic(split) + "-" + partitionOf(played) + "-");
    }

    Verdict verdict = verify(Optional.empty());
    assertThat(verdict.count(Breach.CONTENT)).isEqualTo(fields.size());
    sites.forEach((field, site) -> assertNamed(verdict, Breach.CONTENT, site, field, " belongs"));
  }

  @Test
  void findsEachFieldOfARejectedRecordThatWasChanged() {
    Map<String, Breach> fields =
        Map.of(
            "pair_id", Breach.MISPLACED,
            "image_digest", Breach.MISPLACED,
            "value", Breach.ORIGINAL_DAMAGED,
            "key", Breach.ORIGINAL_DAMAGED,
            "headers", Breach.ORIGINAL_DAMAGED,
            "quarantined_at", Breach.ORIGINAL_DAMAGED,
            "step", Breach.CONTENT,
            "recipe_version", Breach.CONTENT,
            "detail", Breach.RECEIPT,
            "limit", Breach.RECEIPT);
    Map<String, Played> changed = new HashMap<>();
    int number = 10;
    for (String field : fields.keySet()) {
      Played played = history.send(LOAD.at(number++, SentKind.CUT_JPEG));
      QuarantinedPair pair = history.quarantinedPair(played, "IMAGE_DAMAGED");
      change(pair, field);
      history.transaction(
          played,
          List.of(
              history.quarantined(played, pair),
              history.receipt(played, PairStatus.QUARANTINED, "IMAGE_DAMAGED")));
      changed.put(field, played);
    }

    Verdict verdict = verify(Optional.empty());
    assertNamed(verdict, Breach.MISPLACED, "but " + changed.get("pair_id").at());
    assertNamed(
        verdict, Breach.MISPLACED, "has another image than " + changed.get("image_digest").at());
    for (String field : List.of("value", "key", "headers", "quarantined_at")) {
      assertNamed(verdict, Breach.ORIGINAL_DAMAGED, changed.get(field).at(), field + " is ");
    }
    assertNamed(verdict, Breach.CONTENT, topic("quarantine"), "step is ", " belongs");
    assertNamed(verdict, Breach.CONTENT, topic("quarantine"), "recipe_version is ");
    assertNamed(verdict, Breach.RECEIPT, changed.get("detail").at(), "detail is ");
    assertNamed(verdict, Breach.RECEIPT, changed.get("limit").at(), "limit is ");
    assertThat(verdict.breaches())
        .containsEntry(Breach.ORIGINAL_DAMAGED, 4L)
        .containsEntry(Breach.CONTENT, 2L)
        .containsEntry(Breach.MISPLACED, 3L);
  }

  @Test
  void leavesTheTransactionsOfOtherDataSetsAlone() {
    ClusterAccess other = KAFKA.dataset(1);
    String member = "preprocess-12345678-1234-1234-1234-123456789abc-0";
    try (KafkaProducer<byte[], byte[]> foreign = TestCluster.producer(access, "-2-" + member);
        KafkaProducer<byte[], byte[]> own = TestCluster.producer(access, "-" + member)) {
      ProducerRecord<byte[], byte[]> elsewhere =
          TestCluster.record(other.topics().training(), 0, "key", null);
      foreign.beginTransaction();
      TestCluster.acknowledged(foreign.send(elsewhere));
      assertBreaches(Set.of());

      own.beginTransaction();
      TestCluster.acknowledged(own.send(elsewhere));
      assertNamed(
          assertBreaches(Set.of(Breach.OPEN_TRANSACTION)),
          Breach.OPEN_TRANSACTION,
          access.dataset().name() + "-" + member + " is ");
      own.abortTransaction();
      foreign.abortTransaction();
    }
  }

  @Test
  void keepsNoAccountsWhereSomethingWasTakenDown() {
    TestCluster.send(access, TestCluster.record(access.topics().takedowns(), null, "PAIR/x", null));

    assertThatThrownBy(
            () -> new Verifier(A_MOMENT, A_MOMENT).verify(cluster, ledger, Optional.empty()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(topic("takedowns") + " is not empty");
  }

  /** The same text with another hex digit at its end. */
  private static String changed(String hex) {
    int last = hex.length() - 1;
    return hex.substring(0, last) + (hex.charAt(last) == '0' ? '1' : '0');
  }

  /** The same record on the partition that is not its key's. */
  private static ProducerRecord<byte[], byte[]> elsewhere(ProducerRecord<byte[], byte[]> record) {
    return new ProducerRecord<>(
        record.topic(),
        1 - Utils.toPositive(Utils.murmur2(record.key())) % PARTITIONS,
        record.key(),
        record.value(),
        record.headers());
  }

  private static ProducerRecord<byte[], byte[]> withValue(
      ProducerRecord<byte[], byte[]> record, byte[] value) {
    return new ProducerRecord<>(
        record.topic(), record.partition(), record.key(), value, record.headers());
  }

  /** Gives a field of a record another value. */
  private static void change(SpecificRecord record, String field) {
    int at = record.getSchema().getField(field).pos();
    record.put(at, other(field, record.get(at)));
  }

  private static Object other(String field, Object value) {
    if (value instanceof String text) {
      return text.isEmpty() ? "x" : changed(text);
    }
    if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      copy[copy.length - 1] = (byte) (copy[copy.length - 1] ^ 1);
      return ByteBuffer.wrap(copy);
    }
    if (value instanceof Instant time) {
      return time.plusMillis(1);
    }
    if (value instanceof Integer number) {
      return number + 1;
    }
    if (value instanceof Boolean truth) {
      return !truth;
    }
    return switch (field) {
      case "token_ids" -> {
        List<Object> ids = new ArrayList<>((List<?>) value);
        ids.set(0, (Integer) ids.get(0) + 1);
        yield ids;
      }
      case "waived" -> List.of("IMAGE_TOO_SMALL");
      case "token_sets" -> List.of(TokenSet.newBuilder().setName("x").build());
      case "renditions" -> List.of(Rendition.newBuilder().setName("x").build());
      case "headers" -> List.of(Header.newBuilder().setKey("x").build());
      case "texts" -> Map.of("x", "y");
      case "measures" -> {
        Map<Object, Object> measures = new HashMap<>((Map<?, ?>) value);
        measures.put("caption_tokens", 1.0);
        yield measures;
      }
      default -> throw new IllegalArgumentException(field + " is " + value);
    };
  }

  private static int partitionOf(Played published) {
    byte[] key = published.pair().pairId().getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % PARTITIONS;
  }

  private String topic(String name) {
    return access.dataset().topic(name);
  }

  private String topic(PairStatus split) {
    return access.dataset().topic(split.name().toLowerCase(Locale.ROOT));
  }

  private Verdict verify(Optional<LiveReader> live) {
    Verdict verdict = new Verifier(A_MOMENT, A_MOMENT).verify(cluster, ledger, live);
    assertThat(verdict.isClean()).isFalse();
    return verdict;
  }

  /** Verifies, and finds breaches of these kinds and of no other. */
  private Verdict assertBreaches(Set<Breach> kinds) {
    Verdict verdict = new Verifier(A_MOMENT, A_MOMENT).verify(cluster, ledger, Optional.empty());
    assertThat(verdict.breaches().keySet()).as("%s", verdict.differences()).isEqualTo(kinds);
    assertThat(verdict.isClean()).isEqualTo(kinds.isEmpty());
    return verdict;
  }

  private static void assertNamed(Verdict verdict, Breach breach, String... parts) {
    assertThat(verdict.differences())
        .anySatisfy(sentence -> assertThat(sentence).startsWith(breach + ": ").contains(parts));
  }
}
