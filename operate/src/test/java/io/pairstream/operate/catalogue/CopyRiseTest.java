package io.pairstream.operate.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyRiseTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}/{1} after {2}/{3}: {4}")
  @CsvSource({
    "340, 1000, 100, 5000, true",
    "0, 1000, 0, 5000, false",
    "1000, 1000, 5000, 5000, false",
    "40, 100, 2, 100, true",
    "99, 99, 0, 99, false",
    "20, 100, 2, 100, false", // as chance may have it
    "390, 1000, 2000, 10000, false", // not twice as many
    "400, 1000, 2000, 10000, true",
  })
  void isClearBeyondChanceAndAtTwiceTheShare(
      long copies, long newest, long earlier, long before, boolean clear) {
    assertThat(new CopyRise("museum", newest, copies, before, earlier).isClear()).isEqualTo(clear);
  }

  @Test
  void comparesTheNewestHalfOfAProducersPairsWithThoseBefore() {
    ClusterAccess cluster = JudgedPairs.dataset(KAFKA, 1);
    try (JudgedPairs judged = new JudgedPairs(cluster);
        TopicTable catalogue =
            Catalogue.open(
                cluster, List.of(new PairIndex(cluster.topics())), folder, Clock.systemUTC())) {
      for (int i = 0; i < 100; i++) {
        judged.accept(raw("museum", i), PairStatus.TRAINING);
        judged.reject(raw("library", i), "NEAR_COPY", judged.nextOrigin());
      }
      judged.await();
      for (int i = 100; i < 200; i++) {
        String reason = i < 150 ? "NEAR_COPY" : i < 190 ? "DUPLICATE_PAIR" : "IMAGE_BLURRED";
        judged.reject(raw("museum", i), reason, judged.nextOrigin());
        judged.reject(raw("library", i), "NEAR_COPY", judged.nextOrigin());
      }
      judged.await();
      catalogue.reachedNow().join();

      assertThat(CopyRise.of(catalogue, List.of("museum", "library", "unknown")))
          .extracting(rise -> rise.sentence().text())
          .containsExactly(
              "Of museum's last 100 pairs 90 % are copies of published ones;"
                  + " of the 100 before 0 %");
    }
  }

  private static RawPair raw(String contributor, int number) {
    return JudgedPairs.raw(contributor + " picture " + number, "CROWDSOURCED", contributor);
  }
}
