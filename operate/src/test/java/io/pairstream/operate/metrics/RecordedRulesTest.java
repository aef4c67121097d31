package io.pairstream.operate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The shipped rules over recordings of {@code /metrics}: a real platform that was scraped every ten
 * seconds, calm and in trouble. A recording has what the rules ask for, each series with its values
 * as promtool reads them; its first lines say what happened, when in seconds, and when each scrape
 * was. {@code record.py} beside the recordings makes further ones.
 */
class RecordedRulesTest {

  private static final Path RULES =
      Path.of("..", "deploy/prometheus/pairstream.rules.yml").toAbsolutePath().normalize();
  private static final int EVERY_SECONDS = 10;

  @TempDir Path folder;

  /** Recorded scrapes of a platform, and when its trouble began. */
  private record Recording(String title, double troubleAt, List<Double> scrapes, String series) {}

  /**
   * @param alert the one that fires; empty where none does
   * @param within seconds after the trouble's begin
   */
  @ParameterizedTest
  @CsvSource({
    "calm, '', 0",
    "hour, '', 0",
    "blips, '', 0",
    "brokers, PairstreamBrokersAway, 30",
    "registry, PairstreamRegistryAway, 60",
    "ingest, PairstreamServiceSilent, 100",
    "left, PairstreamGroupStopped, 150",
    "stuck, PairstreamGroupStalled, 150",
    "flood, PairstreamQuarantineJump, 180",
    "rewind, PairstreamGroupRewound, 60",
    "lost, PairstreamGroupLost, 180",
    "instance-silent, PairstreamInstanceSilent, 630",
    "under-replicated, PairstreamUnderReplicated, 950",
    "partitions-offline, PairstreamPartitionsOffline, 90",
    "disk-full, PairstreamDiskFull, 340",
    "unwatched, PairstreamLagUnwatched, 320",
    "canary-lost, PairstreamCanaryLost, 330",
    "never-catches-up, PairstreamGroupNeverCatchesUp, 1970",
    "other-group, PairstreamOtherGroup, 970",
    "trainer-starves, PairstreamTrainerStarves, 970"
  })
  void eachTroubleFiresItsAlertOnceAndNothingElse(String name, String alert, int within)
      throws Exception {
    Recording recording = recording(name);
    long end = (long) EVERY_SECONDS * (recording.scrapes().size() - 1);
    long due = Math.round(recording.troubleAt()) + within;
    String ever = "count(count_over_time(ALERTS{alertstate=\"firing\"%s}[1d]))";
    String of = ",alertname=\"" + alert + "\"";

    Promtool.Ended ended =
        Promtool.run(
            "",
            "test",
            "rules",
            write(
                    recording,
                    sample(ever.formatted(""), end, alert.isEmpty() ? 0 : 1)
                        + (alert.isEmpty() ? "" : sample(ever.formatted(of), due, 1)))
                .toString());

    assertThat(ended.status()).as(recording.title() + "\n" + ended.output()).isZero();
  }

  /** Series are replayed as if each scrape had come at its time, which it nearly did. */
  @ParameterizedTest
  @CsvSource({"calm, 1200", "hour, 3400", "brokers, 180", "flood, 180"})
  void scrapesCameEveryTenSeconds(String name, double atLeast) throws Exception {
    List<Double> scrapes = recording(name).scrapes();

    for (int i = 0; i < scrapes.size(); i++) {
      assertThat(scrapes.get(i)).isBetween(i * 10 - 2.0, i * 10 + 2.0);
    }
    assertThat(scrapes.get(scrapes.size() - 1)).isGreaterThan(atLeast);
  }

  private static String sample(String expression, long at, int count) {
    return "      - expr: %s\n        eval_time: %ds\n        exp_samples: %s\n"
        .formatted(expression, at, count == 0 ? "[]" : "[{labels: '{}', value: " + count + "}]");
  }

  private Path write(Recording recording, String expectations) throws IOException {
    return Files.writeString(
        folder.resolve("recording.test.yml"),
        """
        rule_files: ['%s']
        evaluation_interval: 5s
        tests:
          - interval: %ds
            input_series:
        %s    promql_expr_test:
        %s\
        """
            .formatted(RULES, EVERY_SECONDS, recording.series(), expectations));
  }

  private static Recording recording(String name) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    RecordedRulesTest.class.getResourceAsStream("recordings/" + name + ".txt.gz")),
                StandardCharsets.UTF_8))) {
      String title = lines.readLine();
      double troubleAt = Double.parseDouble(after(lines.readLine()));
      List<Double> scrapes =
          Arrays.stream(after(lines.readLine()).split(" ")).map(Double::valueOf).toList();
      StringBuilder series = new StringBuilder();
      lines
          .lines()
          .map(line -> line.split("\t"))
          .forEach(
              line ->
                  series
                      .append("      - series: '" + line[0] + "'\n")
                      .append("        values: '" + line[1] + "'\n"));
      return new Recording(title, troubleAt, scrapes, series.toString());
    }
  }

  private static String after(String line) {
    return line.substring(line.indexOf(": ") + 2);
  }
}
