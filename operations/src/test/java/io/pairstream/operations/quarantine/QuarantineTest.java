package io.pairstream.operations.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.PlayedFetcher;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.operations.quarantine.Quarantine.Sought;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarantineTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);
  private final Quarantine quarantine = new Quarantine(cluster);

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void listsTheNewestLast() {
    for (int i = 0; i < 5; i++) {
      pipeline.reject(pipeline.send("image " + i, "caption"), "REASON_" + i);
    }

    List<QuarantineEntry> newest = quarantine.newest(Optional.empty(), 3);

    assertThat(newest)
        .extracting(entry -> entry.pair().getReason())
        .containsExactly("REASON_2", "REASON_3", "REASON_4");
  }

  @Test
  void showsTheNewestEntryOfAKey() {
    Sent first = pipeline.send("image", "caption");
    pipeline.reject(first, "IMAGE_TOO_SMALL");
    Sent second = pipeline.send("image", "caption");
    pipeline.reject(second, "IMAGE_DAMAGED");

    QuarantineEntry entry = quarantine.show(first.pairId()).orElseThrow();

    assertThat(entry.pair().getReason()).isEqualTo("IMAGE_DAMAGED");
    assertThat(entry.pair().getOrigin()).isEqualTo(second.origin());
    assertThat(quarantine.show("no such key")).isEmpty();
  }

  @Test
  void findsManyEntriesByTheRawRecordsThatTheyWere() {
    List<Sought> sought = new ArrayList<>();
    List<Origin> origins = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Instant before = Instant.now();
      Sent sent = pipeline.send("image " + i % 3, "caption");
      pipeline.reject(sent, "REASON_" + i);
      if (i != 2) {
        origins.add(sent.origin());
        sought.add(new Sought(sent.pairId(), sent.origin(), before));
      }
    }
    Origin gone = new Origin(origins.get(0).getTopic(), 0, 1000L);
    sought.add(3, new Sought(sought.get(0).key(), gone, Instant.EPOCH));
    List<Origin> found = new ArrayList<>();

    quarantine.entriesOf(sought, entry -> found.add(entry.pair().getOrigin()));

    assertThat(found).containsExactlyInAnyOrderElementsOf(origins);
  }

  @Test
  void givesBackTheImageThatWasSent() {
    Sent sent = pipeline.send("the image's bytes", "caption");
    pipeline.reject(sent, "IMAGE_TOO_SMALL");

    OriginalImage original =
        OriginalImage.of(quarantine.show(sent.pairId()).orElseThrow(), cluster).orElseThrow();

    assertThat(original.isImage()).isTrue();
    assertThat(original.bytes())
        .isEqualTo(ByteBuffer.wrap("the image's bytes".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void givesBackTheWholeValueWhereItIsNoPair() {
    Sent sent = pipeline.send("image", "caption");
    byte[] value = {7, 7, 7};
    pipeline.transaction(
        sent,
        List.of(
            TestCluster.record(
                cluster.topics().quarantine(),
                null,
                sent.pairId(),
                PlayedPipeline.rejected(sent, "UNREADABLE_RECORD", value))));

    OriginalImage original =
        OriginalImage.of(quarantine.show(sent.pairId()).orElseThrow(), cluster).orElseThrow();

    assertThat(original.isImage()).isFalse();
    assertThat(original.bytes()).isEqualTo(ByteBuffer.wrap(value));
  }

  @Test
  void tellsOfAFailedLinkWhichItIsAndMakesNoImageOfIt() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent sent = fetcher.send("a.test", "gone");
      fetcher.reject(sent, "FETCH_GONE");

      QuarantineEntry entry = quarantine.show(OriginHeader.text(sent.origin())).orElseThrow();
      OriginalImage original = OriginalImage.of(entry, cluster).orElseThrow();

      assertThat(Original.link(entry.pair(), cluster)).contains(sent.link());
      assertThat(original.isImage()).isFalse();
      assertThat(original.bytes()).isEqualTo(entry.pair().getValue());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ffd8ffe0, jpg",
    "89504e470d0a, png",
    "474946383961, gif",
    "00, bin",
    "52494646000000005745425056, webp",
    "5249464600000000, bin"
  })
  void namesAFileAfterItsFirstBytes(String hex, String extension) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertThat(new OriginalImage(ByteBuffer.wrap(bytes), true).extension()).isEqualTo(extension);
  }
}
