package io.pairstream.operate.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.Served;
import io.pairstream.operate.catalogue.Catalogue;
import io.pairstream.operate.catalogue.JudgedPairs;
import io.pairstream.operate.catalogue.PairIndex;
import io.pairstream.operate.pairs.CatalogueRoutes;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ReadProfileTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = JudgedPairs.dataset(KAFKA, 2);

  @TempDir Path folder;

  @BeforeEach
  void judge() {
    try (JudgedPairs judged = new JudgedPairs(cluster)) {
      judged.accept(JudgedPairs.raw("dog", "SCRAPED", "<script>"), PairStatus.TRAINING);
      judged.accept(JudgedPairs.raw("red dog", "CROWDSOURCED", ""), PairStatus.TEST);
      judged.reject(JudgedPairs.raw("a cat", "SCRAPED", "museum"), "IMAGE_TOO_SMALL");
      judged.await();
    }
  }

  @Test
  void answersByHttp() throws Exception {
    try (TopicTable catalogue =
            Catalogue.open(
                cluster,
                List.of(new ProfileFold(cluster.topics()), new PairIndex(cluster.topics())),
                folder,
                Clock.systemUTC());
        CatalogueRoutes routes =
            new CatalogueRoutes(cluster, catalogue, null, version -> List.of(), Clock.systemUTC());
        Served served = new Served(routes.routes())) {
      catalogue.caughtUp().join();

      JsonNode all = served.json("/v1/profile");
      assertThat(all.get("dataset").textValue()).isEqualTo(cluster.dataset().name());
      assertThat(all.get("ready").booleanValue()).isTrue();
      assertThat(all.get("since").textValue()).isEqualTo("2026-11-20T10:00:01.000Z");
      assertThat(all.get("pairs").longValue()).isEqualTo(2);
      assertThat(all.get("counts").get("status")).hasSize(3);
      assertThat(all.get("histograms").get("width").get("edges")).hasSize(17);
      assertThat(all.get("histograms").get("width").get("counts")).hasSize(16);
      assertThat(all.get("truncated_share").isNull()).isTrue();
      assertThat(all.get("words").get(0).toString()).isEqualTo("{\"word\":\"dog\",\"count\":2}");
      assertThat(all.get("producers").findValuesAsText("contributor"))
          .containsExactlyInAnyOrder("<script>", "(none)", "museum");
      assertThat(all.get("producers").get(0).has("acceptance_rate")).isTrue();
      assertThat(all.get("copying")).isEmpty();

      JsonNode part = served.json("/v1/profile?split=TEST&source=crowdsourced");
      assertThat(part.get("pairs").longValue()).isEqualTo(1);

      JsonNode problem = served.json("/v1/profile?split=ALL", 400);
      assertThat(problem.get("detail").textValue())
          .isEqualTo("there is no split ALL; there are TRAINING, VALIDATION, TEST");
    }
  }

  @Test
  void readsTheTopicsOnceAndLeavesNothingBehind() throws Exception {
    ProfileReport report =
        new ReadProfile(cluster, folder).read(ProfileReport.Question.EVERYTHING, pairs -> {});

    assertThat(report.pairs()).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
  }
}
