package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.Replay;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One picture with one caption in many spellings, which cleaning makes one. */
class EqualSamplesTest {

  private static final String CLEAN = "A café & a pâtisserie at the corner";

  private static final List<String> SPELLINGS =
      List.of(
          CLEAN + " ",
          CLEAN + "\n",
          CLEAN.replace(" a ", "  a "),
          CLEAN.replace("é", "e\u0301"),
          CLEAN.replace("&", "&amp;"),
          CLEAN.replace(" at ", "\u00a0at "),
          CLEAN.replace("corner", "cor\u200bner"),
          " " + CLEAN,
          CLEAN);

  @AutoClose
  private final TopologyUnderTest topology =
      new TopologyUnderTest(Pairs.WORKER, TopologyUnderTest.ALL_TRAINING);

  static List<String> spellings() {
    return SPELLINGS;
  }

  private static RawPair spelt(String caption) {
    return Pairs.pair(Pairs.jpeg(256, 256, 1), caption);
  }

  private static String id(String caption) {
    return TopologyUnderTest.pairId(spelt(caption));
  }

  private void send(String caption) {
    topology.send("crowdsourced", spelt(caption));
  }

  private void takeDown(String caption, String sampleId) {
    Takedown takedown =
        Takedown.newBuilder()
            .setKind("PAIR")
            .setSubject(id(caption))
            .setSampleId(sampleId)
            .setCause("asked")
            .build();
    topology.sendTakedown(TakedownKind.PAIR.key(id(caption)), takedown);
  }

  private void takeDown(String caption) {
    takeDown(caption, "");
  }

  private void lift(String caption) {
    topology.sendTakedown(TakedownKind.PAIR.key(id(caption)), null);
  }

  /** Keys that are on the training topic and were not removed. */
  private List<String> published() {
    return topology.training().stream()
        .filter(record -> Objects.nonNull(record.value()))
        .map(TestRecord::key)
        .toList();
  }

  private Map<String, Receipt> receipts() {
    return topology.receipts().stream()
        .collect(Collectors.toMap(TestRecord::key, TestRecord::value, (first, last) -> last));
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void whicheverSpellingComesFirstIsTheOneThatIsPublished(String first) {
    send(first);
    SPELLINGS.stream().filter(other -> !other.equals(first)).forEach(this::send);

    List<TestRecord<String, PreparedPair>> training = topology.training();
    assertThat(training).extracting(TestRecord::key).containsExactly(id(first));
    assertThat(training.get(0).value().getCaption()).isEqualTo(CLEAN);
    List<QuarantinedPair> rejected = topology.quarantine().stream().map(TestRecord::value).toList();
    assertThat(rejected)
        .hasSize(8)
        .allSatisfy(
            pair -> {
              assertThat(pair.getReason()).isEqualTo("DUPLICATE_PAIR");
              assertThat(pair.getStep()).isEqualTo("check-sample");
              assertThat(pair.getDetail())
                  .contains("pair " + id(first), "pairs.crowdsourced-0-0", "TRAINING");
              assertThat(pair.getValue()).isNotNull();
            });
    assertThat(rejected).extracting(QuarantinedPair::getPairId).doesNotHaveDuplicates();
    Map<String, Receipt> receipts = receipts();
    assertThat(receipts).hasSize(9);
    assertThat(receipts.values())
        .allSatisfy(receipt -> assertThat(receipt.getSampleId()).isEqualTo(id(CLEAN)))
        .filteredOn(receipt -> receipt.getStatus().equals("QUARANTINED"))
        .hasSize(8)
        .allSatisfy(receipt -> assertThat(receipt.getDetail()).contains(id(first)));
    assertThat(receipts.get(id(first)).getStatus()).isEqualTo("TRAINING");
    assertThat(receipts.get(id(first)).getCopies()).isEqualTo(1);
  }

  @Test
  void whatIsRejectedOwnsNoSample() {
    RawPair small = Pairs.pair(Pairs.jpeg(64, 64, 1), CLEAN);
    RawPair spelt = Pairs.pair(Pairs.jpeg(64, 64, 1), CLEAN + " ");
    topology.send("crowdsourced", small);
    topology.send("crowdsourced", spelt);

    replay(small);
    replay(spelt);

    assertThat(published()).containsExactly(TopologyUnderTest.pairId(small));
    assertThat(topology.reasons())
        .containsExactly("IMAGE_TOO_SMALL", "IMAGE_TOO_SMALL", "DUPLICATE_PAIR");
  }

  private void replay(RawPair pair) {
    RecordHeaders headers = new RecordHeaders();
    new Replay(
            new Origin("pairs.crowdsourced", 0, 0L),
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            List.of("IMAGE_TOO_SMALL", "DUPLICATE_PAIR"))
        .write(headers);
    topology.send("crowdsourced", TopologyUnderTest.digest(pair), topology.bytes(pair), headers);
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void aTakedownBlocksEverySpelling(String withdrawn) {
    send(withdrawn);
    takeDown(withdrawn);
    SPELLINGS.forEach(this::send);

    assertThat(published()).containsExactly(id(withdrawn));
    assertThat(topology.reasons()).hasSize(9).containsOnly("WITHDRAWN");
    assertThat(receipts().get(id(withdrawn)).getStatus()).isEqualTo("WITHDRAWN");
    send(CLEAN + "\t");
    QuarantinedPair rejected = topology.quarantine().get(0).value();
    assertThat(rejected.getReason()).isEqualTo("WITHDRAWN");
    assertThat(rejected.getMeasured().getFound()).isEqualTo(id(withdrawn));
    assertThat(rejected.getDetail()).contains("another spelling").contains("not kept here");
    assertThat(rejected.getValue()).isNull();
    assertThat(published()).isEmpty();
  }

  @Test
  void aTakedownOfACopyBlocksEverySpellingUntilItIsLifted() {
    send(CLEAN);
    send(CLEAN + " ");
    takeDown(CLEAN);
    takeDown(CLEAN + " ");
    assertThat(topology.reasons()).containsExactly("DUPLICATE_PAIR");

    lift(CLEAN);
    send(CLEAN + "\n");
    send(CLEAN);
    assertThat(topology.reasons()).containsExactly("WITHDRAWN", "WITHDRAWN");

    lift(CLEAN + " ");
    send(CLEAN + "\n");
    send(CLEAN);
    send(CLEAN + " ");
    assertThat(published()).containsExactly(id(CLEAN), id(CLEAN + "\n"));
    assertThat(topology.reasons()).containsExactly("DUPLICATE_PAIR", "DUPLICATE_PAIR");
  }

  @Test
  void aTakedownMayTellTheSampleOfAPairThatNoReceiptTells() {
    takeDown(CLEAN + " ", id(CLEAN));
    takeDown(CLEAN + " ");
    send(CLEAN + "\n");
    lift(CLEAN + " ");
    send(CLEAN + "\n");

    assertThat(published()).containsExactly(id(CLEAN + "\n"));
    assertThat(topology.reasons()).containsExactly("WITHDRAWN");
  }
}
