package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.ClusterFacts.Kept;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyChecksTest {

  private static final String CREATE = "pairstream topics create --dataset flowers";

  @ParameterizedTest(name = "{0} brokers, {1} copies, {2} in sync, unclean {3}")
  @CsvSource({
    "1, 1, 1, false, WARNING, OK,      OK",
    "1, 1, 1, true,  WARNING, OK,      OK",
    "1, 1, 2, false, WARNING, OK,      OK",
    "2, 1, 2, false, WARNING, OK,      OK",
    "2, 2, 1, false, WARNING, OK,      OK",
    "2, 2, 2, false, WARNING, WARNING, OK",
    "2, 2, 1, true,  WARNING, OK,      WRONG",
    "3, 3, 2, false, OK,      OK,      OK",
    "3, 1, 1, false, WRONG,   WRONG,   OK",
    "3, 1, 2, false, WRONG,   WRONG,   OK",
    "3, 2, 2, false, WRONG,   WARNING, OK",
    "3, 3, 1, false, OK,      WRONG,   OK",
    "3, 3, 3, false, OK,      WARNING, OK",
    "3, 3, 4, false, OK,      WARNING, OK",
    "3, 3, 2, true,  OK,      OK,      WRONG",
    "5, 4, 3, false, OK,      OK,      OK",
  })
  void judges(
      int brokers,
      int copies,
      int minInSync,
      boolean unclean,
      Level replication,
      Level inSync,
      Level elections) {
    List<Finding> findings =
        new CopyChecks(
                Area.TOPICS,
                brokers,
                "kafka:9092",
                List.of(new Kept("flowers.training", copies, minInSync, unclean)),
                CREATE)
            .judge();

    assertThat(findings).extracting(Finding::level).containsExactly(replication, inSync, elections);
  }

  @Test
  void namesTheTopicsThatAreNotKeptWellAndNoOthers() {
    Finding found =
        new CopyChecks(
                Area.TOPICS,
                3,
                "kafka:9092",
                List.of(new Kept("good", 3, 2, false), new Kept("poor", 1, 2, false)),
                CREATE)
            .judge()
            .get(0);

    assertThat(found.found()).isEqualTo("too few copies: poor 1");
    assertThat(found.remedy())
        .contains("kafka-reassign-partitions.sh --bootstrap-server kafka:9092")
        .contains("pairstream topics create --dataset NAME --replication-factor 3");
  }
}
