package io.pairstream.operations.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.PlayedFetcher;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class CatalogueTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);

  @TempDir Path folder;

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void showsEachRecordToAllFolds() {
    Sent kept = pipeline.send("image 1", "a kept one");
    pipeline.accept(kept, PairStatus.VALIDATION);
    Sent refused = pipeline.send("image 2", "a refused one");
    pipeline.reject(refused, "IMAGE_TOO_SMALL");
    TestCluster.put(cluster, cluster.topics().validation(), kept.pairId(), null);
    TestCluster.put(
        cluster,
        cluster.topics().takedowns(),
        "museum",
        Takedown.newBuilder().setKind("CONTRIBUTOR").setSubject("museum").build());

    try (TopicTable catalogue = open(new Noting("one", 1), new Noting("two", 1))) {
      catalogue.caughtUp().join();

      assertThat(notes(catalogue, "one"))
          .containsExactlyInAnyOrder(
              "prepared " + kept.pairId() + " validation",
              "receipt VALIDATION " + kept.pairId(),
              "removed " + kept.pairId(),
              "quarantined IMAGE_TOO_SMALL a refused one",
              "receipt QUARANTINED " + refused.pairId(),
              "taken down museum");
      assertThat(notes(catalogue, "two")).isEqualTo(notes(catalogue, "one"));
    }
  }

  @Test
  void saysWhatALinkOfWhichThereIsNoImageSaid() {
    String caption;
    try (PlayedFetcher fetcher = new PlayedFetcher(cluster)) {
      PlayedFetcher.Sent link = fetcher.send("a.test", "gone");
      caption = link.link().getCaption();
      fetcher.reject(link, "FETCH_GONE");
    }

    try (TopicTable catalogue = open(new Noting("one", 1))) {
      catalogue.caughtUp().join();

      assertThat(caption).isNotEmpty();
      assertThat(notes(catalogue, "one")).contains("quarantined FETCH_GONE " + caption);
    }
  }

  private TopicTable open(CatalogueFold... folds) {
    return Catalogue.open(cluster, List.of(folds), folder, Clock.systemUTC());
  }

  private static List<String> notes(TopicTable catalogue, String part) {
    return catalogue.read(
        table -> table.query("SELECT note FROM " + part, row -> row.getString(1)));
  }

  /** Notes all that it is shown. */
  private record Noting(String part, int version) implements CatalogueFold {

    @Override
    public List<String> schema() {
      return List.of("CREATE TABLE " + part + " (note TEXT)");
    }

    @Override
    public void apply(String key, Object value, Place place, Database table) {
      String topic = place.topic().substring(place.topic().indexOf('.') + 1);
      if (value instanceof PreparedPair pair) {
        note("prepared " + pair.getPairId() + " " + topic, table);
      } else if (value instanceof Rejected rejected) {
        note(
            "quarantined " + rejected.pair().getReason() + " " + rejected.sent().getCaption(),
            table);
      } else if (value instanceof Receipt receipt) {
        note("receipt " + receipt.getStanding() + " " + key, table);
      } else if (value instanceof Takedown takedown) {
        note("taken down " + takedown.getSubject(), table);
      } else {
        note("removed " + key, table);
      }
    }

    private void note(String what, Database table) {
      table.update("INSERT INTO " + part + " VALUES (?)", what);
    }
  }
}
