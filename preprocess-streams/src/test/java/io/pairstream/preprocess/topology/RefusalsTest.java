package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Refusal;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.service.rejection.Measurements;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs that models' answers refuse after they were published, and that come again. */
class RefusalsTest {

  private static final String LIMIT = "\nanswers: {nsfw: {max: %s, when-outside: %s}}\n";
  private static final Measured MEASURED = Measured.atMost("answer.nsfw", 0.8, 0.3, "");

  private final RawPair pair = Pairs.good(1);
  @AutoClose private TopologyUnderTest topology = with("0.3", "reject");

  private static TopologyUnderTest with(String max, String whenOutside) {
    return new TopologyUnderTest(
        Pairs.WORKER, TopologyUnderTest.ALL_TRAINING + LIMIT.formatted(max, whenOutside));
  }

  /** Refuses a published record. */
  static void refuse(TopologyUnderTest topology, PreparedPair published) {
    Takedown takedown =
        Takedown.newBuilder()
            .setKind(RefusalKey.KIND)
            .setSubject(published.getPairId())
            .setImageDigest(published.getImageDigest())
            .setRefusal(
                Refusal.newBuilder()
                    .setMeasured(Measurements.record(MEASURED))
                    .setOrigin(published.getOrigin())
                    .setSent(RawPair.newBuilder().setCaption(published.getCaption()).build())
                    .build())
            .build();
    topology.sendTakedown(RefusalKey.of(published.getPairId()), takedown);
  }

  private PreparedPair publish(RawPair sent) {
    topology.send("crowdsourced", sent);
    List<TestRecord<String, PreparedPair>> training = topology.training();
    assertThat(training).hasSize(1);
    return training.get(0).value();
  }

  private static String id(RawPair pair) {
    return TopologyUnderTest.pairId(pair);
  }

  @Test
  void aPublishedPairLeavesItsSplitForQuarantineWithValueAndLimit() {
    PreparedPair published = publish(pair);
    Receipt before = topology.receipts().get(0).value();

    refuse(topology, published);

    TestRecord<String, PreparedPair> tombstone = topology.training().get(0);
    assertThat(tombstone.key()).isEqualTo(id(pair));
    assertThat(tombstone.value()).isNull();
    assertThat(QuarantineHeader.reason(tombstone.headers())).hasValue("MODEL_REFUSED");
    assertThat(OriginHeader.read(tombstone.headers())).contains(published.getOrigin());
    QuarantinedPair entry = topology.quarantine().get(0).value();
    assertThat(entry.getReason()).isEqualTo("MODEL_REFUSED");
    assertThat(entry.getStep()).isEqualTo("refuse");
    assertThat(entry.getDetail())
        .isEqualTo("a model answered that answer.nsfw is 0.8; the recipe wants at most 0.3");
    assertThat(Measurements.read(entry.getMeasured())).isEqualTo(MEASURED);
    assertThat(entry.getOrigin()).isEqualTo(published.getOrigin());
    assertThat(entry.getSent().getCaption()).isEqualTo(published.getCaption());
    assertThat(topology.receipts())
        .extracting(TestRecord::value)
        .containsExactly(
            Receipt.newBuilder(before)
                .setStatus("QUARANTINED")
                .setReason("MODEL_REFUSED")
                .setDetail(entry.getDetail())
                .setMeasured(entry.getMeasured())
                .setDecidedAt(tombstone.getRecordTime())
                .build());
    assertThat(topology.validation()).isEmpty();
    assertThat(topology.test()).isEmpty();
    assertThat(topology.fingerprints()).isEmpty();
    assertThat(topology.counters())
        .containsEntry("rejected_total{reason=MODEL_REFUSED,source=}", 1.0);
  }

  @Test
  void aRefusalThatComesTwiceOrLateChangesNothing() {
    PreparedPair published = publish(pair);
    refuse(topology, published);
    refuse(topology, published);
    assertThat(topology.training()).hasSize(1);
    assertThat(topology.quarantine()).hasSize(1);
    topology.receipts();

    PreparedPair other = publish(Pairs.good(2));
    refuse(
        topology,
        PreparedPair.newBuilder(other).setOrigin(new Origin("pairs.crowdsourced", 0, 77L)).build());

    assertThat(topology.training()).as("published of another record since").isEmpty();
    assertThat(topology.quarantine()).isEmpty();
  }

  @Test
  void aRefusalOfAWithdrawnPairChangesNothing() {
    PreparedPair published = publish(pair);
    TakedownsTest.takeDown(topology, TakedownKind.PAIR, id(pair));
    topology.training();
    topology.receipts();

    refuse(topology, published);

    assertThat(topology.training()).isEmpty();
    assertThat(topology.receipts()).isEmpty();
    assertThat(topology.quarantine()).isEmpty();
  }

  @Test
  void whatComesAgainIsRefusedForTheAnswerThatIsKnownAndNotPublished() {
    refuse(topology, publish(pair));
    topology.training();
    topology.quarantine();
    topology.receipts();

    topology.send("crowdsourced", pair);

    assertThat(topology.training()).isEmpty();
    QuarantinedPair entry = topology.quarantine().get(0).value();
    assertThat(entry.getReason()).isEqualTo("MODEL_REFUSED");
    assertThat(entry.getStep()).isEqualTo("check-duplicate");
    assertThat(Measurements.read(entry.getMeasured())).isEqualTo(MEASURED);
    assertThat(entry.getValue()).as("it may be replayed").isNotNull();
    Receipt receipt = topology.receipts().get(0).value();
    assertThat(receipt.getReason()).isEqualTo("MODEL_REFUSED");
    assertThat(receipt.getCopies()).isEqualTo(2);

    topology.send("crowdsourced", pair);
    assertThat(topology.reasons()).as("and again").containsExactly("MODEL_REFUSED");
  }

  @Test
  void soIsAnotherSpellingOfTheSameSample() {
    refuse(topology, publish(pair));
    topology.training();
    topology.quarantine();
    RawPair spelt = RawPair.newBuilder(pair).setCaption("  " + pair.getCaption() + " ").build();

    topology.send("crowdsourced", spelt);

    assertThat(topology.training()).isEmpty();
    assertThat(topology.quarantine())
        .extracting(record -> record.value().getStep())
        .containsExactly("check-sample");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.8 reject", "0.1 hold"})
  void whatALimitAdmitsByNowIsPublishedWhenItComesAgain(String limit) {
    PreparedPair published = publish(pair);
    refuse(topology, published);
    Receipt refused = topology.receipts().get(1).value();
    topology.close();
    topology = with(limit.split(" ")[0], limit.split(" ")[1]);
    topology.remember(refused);

    publish(pair);

    Receipt receipt = topology.receipts().get(0).value();
    assertThat(receipt.getStatus()).isEqualTo("TRAINING");
    assertThat(receipt.getReason()).isEmpty();
    assertThat(receipt.getMeasured()).isNull();
  }

  @Test
  void aRefusalIsNoTakedown() {
    RawPair further = RawPair.newBuilder(pair).setCaption("Another caption of the picture").build();
    refuse(topology, publish(pair));
    assertThat(topology.takedownsOnTheWay()).hasSize(1);
    topology.training();

    topology.sendTakedown(RefusalKey.of(id(pair)), null);
    publish(further);

    assertThat(topology.takedownsOnTheWay()).as("it cannot be lifted").isEmpty();
    TakedownsTest.takeDown(topology, TakedownKind.IMAGE, PairIdentity.imageDigest(pair.getImage()));
    topology.send("crowdsourced", pair);
    assertThat(topology.reasons()).containsExactly("MODEL_REFUSED", "WITHDRAWN");
  }
}
