package io.pairstream.curation.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.review.Quarantine.Sought;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedFetcher;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class QuarantineTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
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

    List<QuarantineEntry> newest = quarantine.newest(null, 3);

    assertThat(newest)
        .extracting(entry -> entry.pair().getReason())
        .containsExactly("REASON_2", "REASON_3", "REASON_4");
  }

  @Test
  void leavesOutCanariesUnlessOneIsAskedFor() {
    Sent damaged = pipeline.send("image", "caption");
    pipeline.reject(damaged, "IMAGE_DAMAGED");
    Sent sent = pipeline.send("canary", "caption");
    sent.raw().getMetadata().setContributor(Canaries.CONTRIBUTOR);
    pipeline.reject(sent, "IMAGE_DAMAGED");

    assertThat(quarantine.newest(null, 3))
        .extracting(QuarantineEntry::key)
        .containsExactly(damaged.pairId());
    QuarantinedPair canary = quarantine.show(sent.pairId()).orElseThrow().pair();
    assertThat(quarantine.isOf(null, canary)).isFalse();
    assertThat(quarantine.isOf("synthetic", canary)).isFalse();
    assertThat(quarantine.isOf(Canaries.CONTRIBUTOR, canary)).isTrue();
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
  void tellsOfAFailedLinkWhichItIsAndMakesNoImageOfIt() {
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent sent = fetcher.send("a.test", "gone");
      fetcher.reject(sent, "FETCH_GONE");

      QuarantineEntry entry = quarantine.show(OriginHeader.text(sent.origin())).orElseThrow();
      assertThat(quarantine.link(entry.pair())).contains(sent.link());
      assertThat(quarantine.raw(entry.pair())).isEmpty();
    }
  }
}
