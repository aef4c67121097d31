package io.pairstream.preprocess.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.Replay;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs that were in quarantine and come again, with what a person has waived. */
class ReplayedPairsTest {

  private static final String REVIEW = "0f8fad5b-d9cb-469f-a165-70867728950e";
  private static final Origin FIRST = new Origin("pairs.crowdsourced", 0, 0L);

  @AutoClose
  private final TopologyUnderTest topology =
      new TopologyUnderTest(Pairs.WORKER, TopologyUnderTest.ALL_TRAINING);

  private final RawPair small = Pairs.pair(Pairs.jpeg(64, 64, 1), "a small picture of something");

  private void replay(RawPair pair, String... waived) {
    replay(TopologyUnderTest.digest(pair), pair, waived);
  }

  private void replay(byte[] key, RawPair pair, String... waived) {
    RecordHeaders headers = new RecordHeaders();
    new Replay(FIRST, REVIEW, List.of(waived)).write(headers);
    topology.send("crowdsourced", key, topology.bytes(pair), headers);
  }

  @Test
  void waivedReasonLetsThePairInUnderTheReviewsName() {
    topology.send("crowdsourced", small);
    assertThat(topology.reasons()).containsExactly("IMAGE_TOO_SMALL");

    replay(small, "IMAGE_TOO_SMALL");

    PreparedPair prepared = topology.training().get(0).value();
    assertThat(prepared.getPairId()).isEqualTo(TopologyUnderTest.pairId(small));
    assertThat(prepared.getReviewId()).isEqualTo(REVIEW);
    assertThat(prepared.getOrigin()).isEqualTo(new Origin("pairs.crowdsourced", 0, 1L));
    assertThat(topology.reasons()).isEmpty();
  }

  @Test
  void publishedPairSaysWhatDidNotCountAgainstIt() {
    replay(small, "IMAGE_TOO_SMALL", "CAPTION_TOO_SHORT", "IMAGE_EMPTY", "NO_SUCH_REASON");
    topology.send("crowdsourced", Pairs.good(1));

    assertThat(topology.training())
        .extracting(record -> record.value().getWaived())
        .containsExactly(List.of("CAPTION_TOO_SHORT", "IMAGE_TOO_SMALL"), List.of());
  }

  @Test
  void receiptTellsOfTheNewDecisionAndCountsNoCopy() {
    topology.send("crowdsourced", small);
    replay(small, "IMAGE_TOO_SMALL");

    List<Receipt> receipts = topology.receipts().stream().map(TestRecord::value).toList();
    assertThat(receipts).extracting(Receipt::getStatus).containsExactly("QUARANTINED", "TRAINING");
    assertThat(receipts).extracting(Receipt::getReviewId).containsExactly("", REVIEW);
    assertThat(receipts.get(1).getReason()).isEmpty();
    assertThat(receipts.get(1).getCopies()).isEqualTo(1);
    assertThat(receipts.get(1).getOrigin().getOffset()).isEqualTo(1);
  }

  @Test
  void misplacedReplayKeepsItsWaiverOnTheWay() {
    replay("another key".getBytes(UTF_8), small, "IMAGE_TOO_SMALL");

    assertThat(topology.training())
        .extracting(record -> record.value().getReviewId())
        .containsExactly(REVIEW);
  }

  @Test
  void anotherReasonStillCountsAndTheEntryShowsWhereItCameFrom() {
    RawPair smallAndCurt = Pairs.pair(Pairs.jpeg(64, 64, 2), "dog");

    replay(smallAndCurt, "IMAGE_TOO_SMALL");

    QuarantinedPair entry = topology.quarantine().get(0).value();
    assertThat(entry.getReason()).isEqualTo("CAPTION_TOO_SHORT");
    RecordHeaders headers = new RecordHeaders();
    entry.getHeaders().forEach(one -> headers.add(one.getKey(), one.getValue().array()));
    assertThat(Replay.read(headers)).map(Replay::of).contains(FIRST);
    assertThat(topology.receipts().get(0).value().getReviewId()).isEqualTo(REVIEW);
    assertThat(topology.training()).isEmpty();
  }

  @Test
  void whatCannotBeWaivedIsNotWaived() {
    replay(
        Pairs.pair(new byte[0], "a caption without image"),
        "IMAGE_EMPTY",
        "IMAGE_TYPE_UNKNOWN",
        "NO_SUCH_REASON");
    topology.send("crowdsourced", Pairs.good(1));
    replay(Pairs.good(1), "DUPLICATE_PAIR");

    assertThat(topology.reasons()).containsExactly("IMAGE_EMPTY", "DUPLICATE_PAIR");
    assertThat(topology.training()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {Replay.OF, Replay.REVIEW})
  void waiverWithoutAReviewOrAnOriginIsNone(String missing) {
    RecordHeaders headers = new RecordHeaders();
    new Replay(FIRST, REVIEW, List.of("IMAGE_TOO_SMALL")).write(headers);
    headers.remove(missing);

    topology.send("crowdsourced", TopologyUnderTest.digest(small), topology.bytes(small), headers);

    assertThat(topology.reasons()).containsExactly("IMAGE_TOO_SMALL");
    assertThat(topology.receipts().get(0).value().getReviewId()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a small picture of something", "a caption of another reviewer"})
  void entryThatTwoReviewersSendAtOnceIsLetInOnce(String secondCaption) {
    topology.send("crowdsourced", small);
    RawPair second = RawPair.newBuilder(small).setCaption(secondCaption).build();

    replay(small, "IMAGE_TOO_SMALL");
    replay(second, "IMAGE_TOO_SMALL");

    assertThat(topology.training())
        .extracting(record -> record.value().getPairId())
        .containsExactly(TopologyUnderTest.pairId(small));
    assertThat(topology.reasons()).containsExactly("IMAGE_TOO_SMALL", "DUPLICATE_PAIR");
  }
}
