package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.TurnedAway;
import io.pairstream.chaos.run.RunningFaults.Done;
import io.pairstream.chaos.verify.SeenOutputs;
import io.pairstream.schemas.topics.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fault of five seconds, and records on two raw partitions around it. */
class OutagesTest {

  private static final Instant BEGAN = Instant.parse("2026-11-21T05:00:00Z");
  private static final TopicPartition ONE = new TopicPartition("chaos.scraped", 0);
  private static final TopicPartition OTHER = new TopicPartition("chaos.scraped", 1);

  @TempDir private Path folder;

  private final SeenOutputs outputs = SeenOutputs.ofRecordsOn(List.of(ONE, OTHER));
  private final CommittedPlaces places = new CommittedPlaces();
  private SentLedger ledger;

  @BeforeEach
  void create() throws IOException {
    ledger = SentLedger.create(folder.resolve("ledger.jsonl"), new Dataset("chaos"), 7);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void lastUntilARecordComesThatWasAcknowledgedAfterTheFault() {
    acknowledged(ONE, 5, -1_000);
    acknowledged(ONE, 6, 1_000);
    readable(ONE, 5, 2_000);
    readable(ONE, 6, 4_000);

    FaultEvent event = event(Set.of(ONE));

    assertThat(event.toNextOutput()).contains(Duration.ofSeconds(2));
    assertThat(event.toNextOutputThere()).contains(Duration.ofSeconds(4));
  }

  @Test
  void lastUntilARecordComesThatWasNotCommittedAfterTheFault() {
    acknowledged(ONE, 5, -3_000);
    acknowledged(ONE, 6, -2_000);
    acknowledged(ONE, 7, 1_000);
    committed(-1_000, 5);
    committed(600, 6);
    committed(8_000, 7);
    readable(ONE, 5, 2_000);
    readable(ONE, 6, 4_000);
    readable(ONE, 7, 20_000);

    assertThat(event(Set.of(ONE)).toNextOutputThere()).contains(Duration.ofSeconds(4));
  }

  @Test
  void goOnWhereItIsNotKnownWhatWasCommittedAfterTheFault() {
    acknowledged(ONE, 6, -2_000);
    acknowledged(ONE, 7, 1_000);
    committed(-1_000, 5);
    committed(400, 6); // perhaps before the last commit that the fault let through
    readable(ONE, 6, 4_000);
    readable(ONE, 7, 20_000);

    assertThat(event(Set.of(ONE)).toNextOutputThere()).contains(Duration.ofSeconds(20));
  }

  @Test
  void lastUntilThereIsAnyRecordWhereNoneWasAcknowledgedAfterTheFault() {
    acknowledged(ONE, 5, -1_000);
    readable(ONE, 5, 2_000);

    assertThat(event(Set.of(ONE)).toNextOutputThere()).contains(Duration.ofSeconds(2));
  }

  @Test
  void areAsLongAsThatOfThePartitionThatWaitsLongest() {
    acknowledged(ONE, 0, 1_000);
    acknowledged(OTHER, 0, 1_000);
    readable(ONE, 0, 3_000);
    readable(OTHER, 0, 9_000);

    assertThat(event(Set.of(ONE, OTHER)).toNextOutputThere()).contains(Duration.ofSeconds(9));
    assertThat(event(Set.of(ONE)).toNextOutputThere()).contains(Duration.ofSeconds(3));
  }

  @Test
  void passOverWhatWasCommittedBeforeTheFaultAndReadAfterIt() {
    readable(ONE, 0, -2_000);
    readable(ONE, 1, 400);

    assertThat(event(Set.of(ONE)).toNextOutput()).isEmpty();
    assertThat(event(Set.of(ONE)).toNextOutputThere()).isEmpty();
  }

  @Test
  void areUnknownWhereItIsNotKnownWhatWasInterrupted() {
    acknowledged(ONE, 0, 1_000);
    readable(ONE, 0, 3_000);

    assertThat(event(Set.of()).toNextOutputThere()).isEmpty();
    assertThat(event(Set.of()).recovery()).contains(Duration.ofSeconds(3));
  }

  @Test
  void sayWhatFrontDoorsAnsweredMeanwhile() {
    Outages outages =
        new Outages(
            outputs,
            ledger,
            places,
            List.of(
                turnedAway(-100, 503),
                turnedAway(100, 503),
                turnedAway(200, 429),
                turnedAway(4_900, 503),
                turnedAway(5_100, 503)));

    assertThat(outages.event(fault(Set.of(), List.of("while number 2 lasted"))).remark())
        .isEqualTo("while number 2 lasted; front doors meanwhile: 1 × 429, 2 × 503");
  }

  @Test
  void tellHowLongRecordsWaited() {
    assertThat(outages().waits()).isEmpty();
    for (int offset = 0; offset < 100; offset++) {
      acknowledged(ONE, offset, 0);
      readable(ONE, offset, 100L * (offset + 1));
    }
    // What comes again has not waited, and what nobody was told of counts for nobody.
    readable(ONE, 0, 90_000);
    readable(OTHER, 3, 90_000);

    assertThat(outages().waits())
        .contains(
            "From its acknowledgement until it could be read a record took 5.0 s (median), 99 of"
                + " 100 at most 9.9 s, the longest 10.0 s (chaos.scraped-0-99, acknowledged at"
                + " 2026-11-21T05:00:00Z).");
  }

  private Outages outages() {
    return new Outages(outputs, ledger, places, List.of());
  }

  private FaultEvent event(Set<TopicPartition> touched) {
    return outages().event(fault(touched, List.of()));
  }

  private static Done fault(Set<TopicPartition> touched, List<String> remarks) {
    return new Done(
        new PlannedFault(1, 10, "kill -9 of an instance", false, 3),
        "preprocess-1",
        10,
        BEGAN,
        BEGAN.plusSeconds(5),
        touched,
        true,
        remarks);
  }

  private void acknowledged(TopicPartition partition, long offset, long afterMillis) {
    ledger.add(
        new LedgerEntry(
            Fate.ACKNOWLEDGED,
            offset,
            SentKind.NO_VALUE,
            partition.topic(),
            partition.partition(),
            offset,
            LedgerEntry.NO_VALUE,
            "",
            "",
            BEGAN.plusMillis(afterMillis),
            ""));
  }

  private void committed(long askedAfterMillis, long next) {
    places.add(BEGAN.plusMillis(askedAfterMillis), Map.of(ONE, next));
  }

  private void readable(TopicPartition partition, long offset, long afterMillis) {
    outputs.add(partition, offset, BEGAN.plusMillis(afterMillis));
  }

  private static TurnedAway turnedAway(long afterMillis, int status) {
    return new TurnedAway(BEGAN.plusMillis(afterMillis), status, true);
  }
}
