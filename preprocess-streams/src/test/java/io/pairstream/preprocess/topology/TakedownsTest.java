package io.pairstream.preprocess.topology;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Withdrawals whose copies come before, after and between them. */
class TakedownsTest {

  @AutoClose
  private final TopologyUnderTest topology =
      new TopologyUnderTest(Pairs.WORKER, TopologyUnderTest.ALL_TRAINING);

  private final RawPair pair = pair(1);

  private static RawPair pair(int number) {
    RawPair pair = Pairs.good(number);
    pair.getMetadata().setContributor("museum");
    pair.getMetadata().setProducer("anna");
    pair.getMetadata().setSourceKind("SCRAPED");
    pair.getMetadata().setUrl("https://Pictures.test/" + number + ".jpg");
    return pair;
  }

  private void takeDown(TakedownKind kind, String subject) {
    takeDown(topology, kind, subject);
  }

  static void takeDown(TopologyUnderTest topology, TakedownKind kind, String subject) {
    Takedown takedown =
        Takedown.newBuilder()
            .setKind(kind.name())
            .setSubject(subject)
            .setRequestedBy("the museum")
            .setCause("a private letter")
            .build();
    topology.sendTakedown(kind.key(subject), takedown);
  }

  private byte[] takedownOf(RawPair withdrawn, int causeCharacters) {
    return topology.bytes(
        Takedown.newBuilder()
            .setKind("PAIR")
            .setSubject(id(withdrawn))
            .setCause("x".repeat(causeCharacters))
            .build());
  }

  private void lift(TakedownKind kind, String subject) {
    topology.sendTakedown(kind.key(subject), null);
  }

  private static String id(RawPair pair) {
    return TopologyUnderTest.pairId(pair);
  }

  @Test
  void aPublishedPairIsRemovedAndItsReceiptSaysSo() {
    topology.send("crowdsourced", pair);
    topology.send("crowdsourced", pair(2));
    topology.send("scraped", pair);
    assertThat(topology.training()).hasSize(2);
    List<TestRecord<String, Receipt>> before = topology.receipts();
    assertThat(topology.reasons()).containsExactly("DUPLICATE_PAIR");

    takeDown(TakedownKind.PAIR, id(pair));

    TestRecord<String, PreparedPair> tombstone = topology.training().get(0);
    assertThat(tombstone.key()).isEqualTo(id(pair));
    assertThat(tombstone.value()).isNull();
    assertThat(OriginHeader.read(tombstone.headers()))
        .contains(new Origin("pairs.crowdsourced", 0, 0L));
    assertThat(topology.receipts())
        .extracting(TestRecord::value)
        .containsExactly(
            Receipt.newBuilder(before.get(2).value())
                .setStatus("WITHDRAWN")
                .setDecidedAt(tombstone.getRecordTime())
                .build());
    assertThat(before.get(2).value().getCopies()).isEqualTo(2);
    assertThat(topology.validation()).isEmpty();
    assertThat(topology.test()).isEmpty();
    assertThat(topology.quarantine()).isEmpty();
  }

  @Test
  void whatIsNotPublishedIsNotWithdrawn() {
    RawPair rejected = pair(2);
    rejected.setCaption("");
    topology.send("crowdsourced", rejected);
    topology.send("crowdsourced", pair);
    takeDown(TakedownKind.PAIR, id(pair));
    topology.receipts();
    topology.training();

    takeDown(TakedownKind.PAIR, id(pair));
    takeDown(TakedownKind.PAIR, id(rejected));

    assertThat(topology.receipts()).isEmpty();
    assertThat(topology.training()).isEmpty();
  }

  @Test
  void whoseKeyAPairWasSentWithStaysBesideWhomItNames() {
    topology.send("crowdsourced", pair);
    topology.send("crowdsourced", pair);

    PreparedPair published = topology.training().get(0).value();
    assertThat(published.getMetadata().getContributor()).isEqualTo("museum");
    assertThat(published.getMetadata().getProducer()).isEqualTo("anna");
    assertThat(topology.quarantine().get(0).value().getProducer()).isEqualTo("anna");
    assertThat(topology.receipts())
        .allSatisfy(receipt -> assertThat(receipt.value().getProducer()).isEqualTo("anna"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"two\nlines", "\u0000"})
  void aMadeUpProducerIsRejectedAndNotRepeated(String producer) {
    pair.getMetadata().setProducer(producer);

    topology.send("crowdsourced", pair);

    QuarantinedPair rejected = topology.quarantine().get(0).value();
    assertThat(rejected.getReason()).isEqualTo("FIELD_INVALID");
    assertThat(rejected.getDetail()).contains("producer");
    assertThat(rejected.getProducer()).isEmpty();
    assertThat(topology.receipts().get(0).value().getProducer()).isEmpty();
  }

  @Test
  void eachSplitLosesItsOwn() {
    try (TopologyUnderTest outputs = new TopologyUnderTest(Pairs.WORKER)) {
      for (int i = 0; i < 20; i++) {
        outputs.send("crowdsourced", pair(i));
      }
      List<Set<String>> published = keys(outputs);
      assertThat(published).allSatisfy(split -> assertThat(split).isNotEmpty());

      for (int i = 0; i < 20; i++) {
        takeDown(outputs, TakedownKind.PAIR, id(pair(i)));
      }

      assertThat(keys(outputs)).isEqualTo(published);
    }
  }

  private static List<Set<String>> keys(TopologyUnderTest topology) {
    return Stream.of(topology.training(), topology.validation(), topology.test())
        .map(split -> split.stream().map(TestRecord::key).collect(Collectors.toSet()))
        .toList();
  }

  static Stream<Arguments> takedowns() {
    return Stream.of(
        Arguments.of(TakedownKind.PAIR, id(pair(1))),
        Arguments.of(TakedownKind.IMAGE, PairIdentity.imageDigest(pair(1).getImage())),
        Arguments.of(TakedownKind.CONTRIBUTOR, "museum"),
        Arguments.of(TakedownKind.PRODUCER, "anna"),
        Arguments.of(TakedownKind.SOURCE, "pictures.test"),
        Arguments.of(TakedownKind.SOURCE, "SCRAPED"));
  }

  @ParameterizedTest
  @MethodSource("takedowns")
  void whatComesAfterwardsIsRejectedAndNoByteOfItKept(TakedownKind kind, String subject) {
    takeDown(kind, subject);
    takeDown(TakedownKind.CONTRIBUTOR, "anna");
    takeDown(TakedownKind.PRODUCER, "museum");
    takeDown(TakedownKind.SOURCE, "museum");

    topology.send(
        "crowdsourced",
        "a key of its own".getBytes(UTF_8),
        topology.bytes(pair),
        new RecordHeaders().add("thumbnail", new byte[] {1}));
    topology.send("crowdsourced", Pairs.good(2));

    QuarantinedPair rejected = topology.quarantine().get(0).value();
    assertThat(rejected.getReason()).isEqualTo("WITHDRAWN");
    assertThat(rejected.getStep()).isEqualTo("check-withdrawn");
    assertThat(rejected.getDetail()).contains("not kept here").doesNotContain("letter");
    assertThat(rejected.getMeasured().getFound()).isEqualTo(subject);
    assertThat(rejected.getProducer()).as("whose key it was sent with").isEqualTo("anna");
    assertThat(rejected.getPairId()).isEqualTo(id(pair));
    assertThat(rejected.getValue()).isNull();
    assertThat(rejected.getKey()).isNull();
    assertThat(rejected.getHeaders()).isEmpty();
    assertThat(topology.training()).hasSize(1);
    assertThat(topology.receipts())
        .extracting(record -> record.value().getStatus())
        .containsExactlyInAnyOrder("QUARANTINED", "TRAINING");
  }

  @Test
  void aCopyOfAWithdrawnPairIsCountedAndItsReceiptStands() {
    topology.send("crowdsourced", pair);
    takeDown(TakedownKind.PAIR, id(pair));
    topology.send("scraped", pair);

    assertThat(topology.reasons()).containsExactly("WITHDRAWN");
    List<TestRecord<String, Receipt>> receipts = topology.receipts();
    Receipt last = receipts.get(receipts.size() - 1).value();
    assertThat(last.getStatus()).isEqualTo("WITHDRAWN");
    assertThat(last.getCopies()).isEqualTo(2);
    assertThat(last.getOrigin()).isEqualTo(new Origin("pairs.crowdsourced", 0, 0L));
    assertThat(receipts).hasSize(3);
  }

  @Test
  void aReplayOfAWithdrawnPairIsRejectedWhateverIsWaived() {
    RawPair small = Pairs.pair(Pairs.jpeg(64, 64, 1), "a small picture of something");
    topology.send("crowdsourced", small);
    takeDown(TakedownKind.IMAGE, PairIdentity.imageDigest(small.getImage()));
    RecordHeaders headers = new RecordHeaders();
    new Replay(
            new Origin("pairs.crowdsourced", 0, 0L),
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            List.of("IMAGE_TOO_SMALL", "WITHDRAWN"))
        .write(headers);

    topology.send("crowdsourced", TopologyUnderTest.digest(small), topology.bytes(small), headers);

    assertThat(topology.reasons()).containsExactly("IMAGE_TOO_SMALL", "WITHDRAWN");
    assertThat(topology.training()).isEmpty();
  }

  @Test
  void whatIsLiftedIsTakenAgainAndTheOldRecordStaysAccountedFor() {
    topology.send("crowdsourced", pair);
    takeDown(TakedownKind.PAIR, id(pair));
    topology.send("crowdsourced", pair);
    List<PreparedPair> published = topology.training().stream().map(TestRecord::value).toList();
    assertThat(answered(topology.receipts())).containsExactly(0L, 0L, 1L);

    lift(TakedownKind.PAIR, id(pair));
    assertThat(topology.training()).isEmpty();
    topology.send("crowdsourced", pair);

    assertThat(published).hasSize(2);
    assertThat(topology.training())
        .extracting(record -> record.value().getOrigin().getOffset())
        .containsExactly(2L);
    List<TestRecord<String, Receipt>> receipts = topology.receipts();
    assertThat(receipts)
        .extracting(TestRecord::key)
        .containsExactly("pairs.crowdsourced-0-0", id(pair));
    assertThat(answered(receipts)).containsOnly(2L);
    Receipt old = receipts.get(0).value();
    assertThat(old.getStatus()).isEqualTo("WITHDRAWN");
    assertThat(old.getOrigin().getOffset()).isZero();
    Receipt now = receipts.get(1).value();
    assertThat(now.getStatus()).isEqualTo("TRAINING");
    assertThat(now.getCopies()).isEqualTo(3);
    assertThat(now.getOrigin().getOffset()).isEqualTo(2);
  }

  /** Offsets of the raw records for which receipts were written, as their headers say. */
  private static List<Long> answered(List<TestRecord<String, Receipt>> receipts) {
    return receipts.stream()
        .map(receipt -> OriginHeader.read(receipt.headers()).orElseThrow().getOffset())
        .toList();
  }

  @Test
  void everyRecordIsInOnePlaceOrNamedByAWithdrawal() {
    List<Origin> accounted = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      topology.send("crowdsourced", pair(i % 4));
      if (i == 3) {
        takeDown(TakedownKind.PAIR, id(pair(0)));
        takeDown(TakedownKind.PAIR, id(pair(1)));
      }
      if (i == 7) {
        lift(TakedownKind.PAIR, id(pair(1)));
        takeDown(TakedownKind.CONTRIBUTOR, "museum");
        takeDown(TakedownKind.PAIR, id(pair(2)));
      }
      if (i == 9) {
        lift(TakedownKind.CONTRIBUTOR, "museum");
      }
    }

    Map<String, PreparedPair> training = new LinkedHashMap<>();
    topology.training().forEach(record -> training.put(record.key(), record.value()));
    Map<String, Receipt> receipts = new LinkedHashMap<>();
    topology.receipts().forEach(record -> receipts.put(record.key(), record.value()));
    training.values().stream()
        .filter(Objects::nonNull)
        .forEach(kept -> accounted.add(kept.getOrigin()));
    topology.quarantine().forEach(record -> accounted.add(record.value().getOrigin()));
    receipts.values().stream()
        .filter(receipt -> receipt.getStatus().equals("WITHDRAWN"))
        .forEach(receipt -> accounted.add(receipt.getOrigin()));

    assertThat(accounted)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 12)
                .mapToObj(i -> new Origin("pairs.crowdsourced", 0, (long) i))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PAIR/", "CONTRIBUTOR/museum", "museum", "VOICE/museum"})
  void whatIsNoTakedownTakesNothingDownAndStopsNothing(String key) {
    byte[] value =
        topology.bytes(Takedown.newBuilder().setKind("PAIR").setSubject("museum").build());
    topology.send("takedowns", key.getBytes(UTF_8), value, new RecordHeaders());
    topology.send(
        "takedowns", key.getBytes(UTF_8), "museum".getBytes(US_ASCII), new RecordHeaders());
    topology.send("takedowns", null, null, new RecordHeaders());

    topology.send("crowdsourced", pair);

    assertThat(topology.training()).hasSize(1);
  }

  @Test
  void takesDownWhatIsAsLargeAsATakedownMayBe() {
    byte[] key = TakedownKind.PAIR.key(id(pair)).getBytes(UTF_8);
    int causeCharacters =
        RecordSizes.MAX_TAKEDOWN - key.length - (takedownOf(pair, 100_000).length - 100_000);

    topology.send("takedowns", key, takedownOf(pair, causeCharacters + 1), new RecordHeaders());
    topology.send("crowdsourced", pair);
    topology.send("takedowns", key, takedownOf(pair, causeCharacters), new RecordHeaders());

    assertThat(topology.training())
        .extracting(record -> record.value() == null)
        .containsExactly(false, true);
    assertThat(topology.takedownsOnTheWay()).hasSize(1);
  }

  @Test
  void goesToTheTaskOfItsImageOrToAll() {
    String digest = PairIdentity.imageDigest(pair.getImage());
    Takedown ofPair = Takedown.newBuilder().setKind("PAIR").setSubject(id(pair)).build();
    Takedown ofKnownImage = Takedown.newBuilder(ofPair).setImageDigest(digest).build();
    Takedown ofImage = Takedown.newBuilder().setKind("IMAGE").setSubject(digest).build();
    Takedown ofAll = Takedown.newBuilder().setKind("CONTRIBUTOR").setSubject("museum").build();

    int own =
        IntStream.range(0, 5)
            .filter(i -> new Placement(5).isRight(TopologyUnderTest.digest(pair), i, digest))
            .findFirst()
            .orElseThrow();
    for (Takedown one : List.of(ofKnownImage, ofImage)) {
      assertThat(ReadTakedown.tasks("", "", one, 5).orElseThrow()).containsExactly(own);
    }
    assertThat(ReadTakedown.tasks("", "", ofPair, 5).orElseThrow()).hasSize(5);
    assertThat(ReadTakedown.tasks("", "", ofAll, 5).orElseThrow())
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    assertThat(ReadTakedown.tasks("", "", null, 5).orElseThrow()).hasSize(5);
  }
}
