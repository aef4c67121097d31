package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.cluster.ClusterPlan;
import io.pairstream.chaos.run.MeasuredCluster.Afterwards;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Figures of one, two and three instances on the partitions of a topic. */
@Tag("chaos")
@EnabledIfSystemProperty(named = "chaos.scale-out", matches = "true")
class ScaleOutTest {

  private static final int MOST_INSTANCES = 3;
  private static final int ROUNDS = Integer.getInteger("chaos.rounds", 3);
  private static final int RECORDS = Integer.getInteger("chaos.records", 16_000);
  private static final int PARTITIONS = 6;
  private static final double STEADY = 40;

  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  @Test
  void sharesTheWorkAndTakesItOver() throws Exception {
    Path target = Path.of("target", "chaos").toAbsolutePath();
    Files.createDirectories(target);
    Path folder = Files.createTempDirectory(target, "scale-out-");
    String load = Machine.load();

    try (MeasuredCluster cluster = start(folder.resolve("plain"), 0)) {
      for (int round = 0; round < ROUNDS; round++) {
        throughput(cluster, RECORDS, "pairs/s, %d instances");
        takeOver(cluster, "take-over, s");
      }
      assertThat(cluster.repeated()).isEmpty();
    }
    try (MeasuredCluster cluster = start(folder.resolve("standbys"), 1)) {
      for (int round = 0; round < ROUNDS; round++) {
        takeOver(cluster, "take-over with a standby, s");
      }
      assertThat(cluster.repeated()).isEmpty();
    }

    String table = table() + "\n" + Machine.words() + "; load before: " + load + "\n";
    Files.writeString(target.resolve("scale-out.md"), table);
    System.out.println(table);
    FileTree.delete(folder);
    figures.forEach(
        (name, seen) -> {
          if (name.startsWith("take-over")) {
            assertThat(seen).as(name).allSatisfy(seconds -> assertThat(seconds).isLessThan(90));
          }
        });
  }

  private static MeasuredCluster start(Path folder, int standbys) throws Exception {
    Files.createDirectories(folder);
    return MeasuredCluster.start(
        ClusterPlan.usual()
            .withPartitions(PARTITIONS)
            .withInstances(MOST_INSTANCES)
            .withFrontDoors(0)
            .withStandbys(standbys)
            .withRecipe(Recipes.chaos()),
        folder);
  }

  private void throughput(MeasuredCluster cluster, int records, String name) throws Exception {
    for (int instances = 1; instances <= MOST_INSTANCES; instances++) {
      note(name.formatted(instances), cluster.recordsPerSecond(instances, records));
    }
  }

  private void takeOver(MeasuredCluster cluster, String name) throws Exception {
    for (Afterwards afterwards : Afterwards.values()) {
      Duration took = cluster.takeOver(MOST_INSTANCES, STEADY, afterwards);
      String words = afterwards == Afterwards.STARTED_AGAIN ? "started again" : "stays away";
      note(name + ", killed instance " + words, took.toMillis() / 1e3);
    }
  }

  private void note(String name, double figure) {
    figures.computeIfAbsent(name, unused -> new ArrayList<>()).add(figure);
    System.out.printf(Locale.ROOT, "scale-out: %s: %.1f%n", name, figure);
  }

  private String table() {
    StringBuilder table = new StringBuilder("| | Median | Least and most |\n|---|---|---|\n");
    figures.forEach(
        (name, seen) -> {
          List<Double> sorted = seen.stream().sorted().toList();
          table.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %.1f | %.1f–%.1f |%n",
                  name,
                  sorted.get(sorted.size() / 2),
                  sorted.get(0),
                  sorted.get(sorted.size() - 1)));
        });
    return table.toString();
  }
}
