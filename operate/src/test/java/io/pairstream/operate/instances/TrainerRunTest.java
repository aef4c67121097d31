package io.pairstream.operate.instances;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.report.Series;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerRunTest {

  private static Instance rank(String rank, double step, double waits, boolean silent) {
    Map<String, String> facts = new HashMap<>();
    facts.put("run", "{order}");
    facts.put("name", "r1");
    facts.put("view", "f00");
    facts.put("rank", rank);
    facts.put("ranks", "4");
    facts.put("checkpoint", rank.equals("0") ? "step-9" : "");
    Map<String, Double> gauges =
        Map.of("feed_epoch", 1.0, "feed_step", step, "feed_takedowns", 2.0);
    return new Instance(
        Played.status("feed", "i" + rank, Instant.EPOCH)
            .setFacts(facts)
            .setMetrics(Played.metrics(Map.of(), gauges))
            .build(),
        Instant.EPOCH,
        Map.of(Series.of("feed_data_wait_seconds_total"), waits),
        Map.of(),
        silent,
        false);
  }

  @Test
  void isTheSameForAllRanksAndTellsWhichAreMissing() {
    Instance java =
        new Instance(
            Played.status("feed", "j", Instant.EPOCH).setFacts(Map.of("run", "f00 plan")).build(),
            Instant.EPOCH,
            Map.of(),
            Map.of(),
            false,
            false);

    List<TrainerRun> runs =
        TrainerRun.of(
            List.of(
                rank("2", 7, 0.5, false),
                java,
                rank("0", 8, 0.1, false),
                rank("1", 3, 0.1, true),
                rank("2", 8, 0, false)));

    TrainerRun java1 = runs.get(0);
    assertThat(java1.run()).isEqualTo("f00 plan");
    assertThat(java1.missing()).isEmpty();
    assertThat(java1.step()).isNaN();
    assertThat(runs.get(1))
        .isEqualTo(
            new TrainerRun(
                "r1", "f00", "", 1, 7, Double.NaN, 2, List.of(1, 3), 0.5, Double.NaN, 2, "step-9"));
  }
}
