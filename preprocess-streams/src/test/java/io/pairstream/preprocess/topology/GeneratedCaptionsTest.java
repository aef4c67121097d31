package io.pairstream.preprocess.topology;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Captions that models wrote of published pictures. */
class GeneratedCaptionsTest {

  private static final String TEXT = "a small white square on a plain ground";

  private final AtomicInteger decoded = new AtomicInteger();
  private final ImageWorker worker =
      (image, plan) -> {
        decoded.incrementAndGet();
        return Pairs.WORKER.prepare(image, plan);
      };
  @AutoClose private final TopologyUnderTest topology = new TopologyUnderTest(worker);

  @Test
  void areFurtherPairsOfThePictureAsItIsPublished() {
    for (int i = 0; i < 30; i++) {
      PreparedPair shown = published(Pairs.good(i));
      int before = decoded.get();

      generate(shown, TEXT);

      PreparedPair pair = published().get(0).value();
      assertThat(decoded).hasValue(before);
      assertThat(pair.getPairId()).isEqualTo(PairIdentity.pairId(shown.getImageDigest(), TEXT));
      assertThat(pair.getCaption()).isEqualTo(TEXT);
      assertThat(pair.getMetadata().getSourceKind()).isEqualTo("GENERATED");
      assertThat(pair.getOrigin().getTopic()).isEqualTo("pairs.generated");
      assertThat(pair.getTokenCount())
          .isEqualTo(pair.getMeasures().get("caption_tokens").intValue());
      assertThat(pair.getTokenIds()).isNotEqualTo(shown.getTokenIds());
      assertThat(pair.getMeasures())
          .containsEntry("original_bytes", shown.getMeasures().get("original_bytes"));
      assertThat(List.of(pair.getSplit(), pair.getFold(), pair.getImageDigest(), pair.getImage()))
          .isEqualTo(
              List.of(shown.getSplit(), shown.getFold(), shown.getImageDigest(), shown.getImage()));
      assertThat(pair.getPerceptualHash()).isEqualTo(shown.getPerceptualHash());
      assertThat(pair.getMediaType()).isEqualTo("image/jpeg");
    }
  }

  @Test
  void areCleanedAndComparedAsAllOthers() {
    PreparedPair shown = published(Pairs.good(1));

    generate(shown, "no");
    generate(shown, TEXT);
    generate(shown, TEXT);
    generate(shown, "  " + TEXT + " ");
    generate(shown, Pairs.good(1).getCaption());

    assertThat(published()).hasSize(1);
    assertThat(quarantine())
        .extracting(QuarantinedPair::getReason)
        .containsExactly("CAPTION_TOO_SHORT", "DUPLICATE_PAIR", "DUPLICATE_PAIR", "DUPLICATE_PAIR");
  }

  @Test
  void aProducerCannotBringAPreparedPicture() {
    PreparedPair shown = published(Pairs.good(1));
    RawPair claimed = generated(shown, TEXT);

    topology.send("crowdsourced", claimed);
    topology.send("scraped", key(shown), topology.bytes(claimed), new RecordHeaders());

    assertThat(published()).isEmpty();
    assertThat(quarantine())
        .extracting(QuarantinedPair::getReason)
        .containsOnly("IMAGE_EMPTY")
        .hasSize(2);
  }

  @Test
  void whatShowsNoPublishedPairIsRejected() {
    PreparedPair shown = published(Pairs.good(1));
    RawPair unreadable = generated(shown, TEXT);
    unreadable.setPrepared(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    topology.send("generated", key(shown), topology.bytes(unreadable), new RecordHeaders());

    shown.setPairId("0".repeat(32));
    generate(shown, TEXT);

    assertThat(published()).isEmpty();
    assertThat(quarantine())
        .extracting(QuarantinedPair::getReason)
        .containsExactly("IMAGE_EMPTY", "WITHDRAWN");
  }

  @Test
  void aPictureThatGaveWayToABetterCopyGetsNoMore() {
    PreparedPair shown = published(Pairs.good(1));
    topology.remember(
        Receipt.newBuilder()
            .setPairId(shown.getPairId())
            .setImageDigest(shown.getImageDigest())
            .setStatus("QUARANTINED")
            .setReason("NEAR_COPY")
            .build());

    generate(shown, TEXT);

    assertThat(published()).isEmpty();
    QuarantinedPair rejected = quarantine().get(0);
    assertThat(rejected.getReason()).isEqualTo("NEAR_COPY");
    assertThat(rejected.getSent().getCaption()).isEqualTo(TEXT);
  }

  @Test
  void areWithdrawnAndKeptOutWithThePicture() {
    PreparedPair shown = published(Pairs.good(1));
    PreparedPair other = published(Pairs.good(2));
    generate(shown, TEXT);
    String id = published().get(0).key();

    TakedownsTest.takeDown(topology, TakedownKind.PAIR, id);
    TakedownsTest.takeDown(topology, TakedownKind.IMAGE, shown.getImageDigest());
    TakedownsTest.takeDown(topology, TakedownKind.PAIR, other.getPairId());
    generate(shown, "another text of the same picture");
    generate(other, "a text of the other picture");

    assertThat(published())
        .extracting(TestRecord::key)
        .containsExactlyInAnyOrder(id, other.getPairId());
    assertThat(quarantine())
        .extracting(QuarantinedPair::getReason)
        .containsExactly("WITHDRAWN", "WITHDRAWN");
  }

  private PreparedPair published(RawPair pair) {
    topology.send("crowdsourced", pair);
    return published().get(0).value();
  }

  private List<TestRecord<String, PreparedPair>> published() {
    return Stream.of(topology.training(), topology.validation(), topology.test())
        .flatMap(List::stream)
        .toList();
  }

  private List<QuarantinedPair> quarantine() {
    return topology.quarantine().stream().map(TestRecord::value).toList();
  }

  private void generate(PreparedPair shown, String text) {
    topology.send(
        "generated", key(shown), topology.bytes(generated(shown, text)), new RecordHeaders());
  }

  private RawPair generated(PreparedPair shown, String text) {
    byte[] value =
        topology
            .topics()
            .training()
            .value()
            .serializer()
            .serialize(topology.topics().training().name(), shown);
    return RawPair.newBuilder()
        .setCaption(text)
        .setMetadata(
            PairMetadata.newBuilder()
                .setSourceKind("GENERATED")
                .setReceivedAt(TopologyUnderTest.ARRIVAL)
                .build())
        .setPrepared(ByteBuffer.wrap(value))
        .build();
  }

  private static byte[] key(PreparedPair shown) {
    return shown.getImageDigest().getBytes(US_ASCII);
  }
}
