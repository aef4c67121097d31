package io.pairstream.operate.metrics;

import static io.pairstream.operate.lag.PlayedLag.group;
import static io.pairstream.operate.lag.PlayedLag.partition;
import static io.pairstream.operate.lag.PlayedLag.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.operate.canary.CanaryReport;
import io.pairstream.operate.instances.ClusterWatch.BrokerState;
import io.pairstream.operate.instances.ClusterWatch.Reachability;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.Mute;
import io.pairstream.operate.lag.PlayedLag;
import io.pairstream.operate.lag.watch.BrokerDisk;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.service.report.PrometheusText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MetricsTest {

  /**
   * A line break, a label's end, a sample of its own, a comment; and what ends a terminal's line.
   */
  private static final String HOSTILE = "a\"} 1\nforged{b=\"\\\n# TYPE x gauge\r\u001b[2J é字";

  @Test
  void leavesOutWhatIsNotKnown() {
    Samples samples =
        write(
            report(
                group(
                    "never",
                    LagVerdict.UNKNOWN,
                    partition("pairs.training", 0, OptionalLong.empty(), LagVerdict.UNKNOWN))));

    assertThat(samples.named("pairstream_lag_partition_records")).isEmpty();
    assertThat(samples.named("pairstream_lag_partition_held_offsets")).hasSize(1);
  }

  @Test
  void namesOnlyThePartitionsThatNeedSomebody() {
    Samples samples = write(report(group("readers", LagVerdict.STALL, "pairs.training")));

    assertThat(samples.named("pairstream_lag_partition_alarm"))
        .singleElement()
        .satisfies(
            sample ->
                assertThat(sample.labels())
                    .containsEntry("partition", "0")
                    .containsEntry("verdict", "STALL"));
  }

  @Test
  void tellsOnceWhatATransactionHoldsUpForAllGroups() {
    Samples samples = write(report(heldUp("readers"), heldUp("others")));

    assertThat(samples.one("pairstream_lag_partition_hanging_seconds", Map.of()).value())
        .isEqualTo(90);
    assertThat(samples.named("pairstream_lag_partition_held_offsets"))
        .singleElement()
        .satisfies(
            sample -> {
              assertThat(sample.value()).isEqualTo(3);
              assertThat(sample.labels()).doesNotContainKey("group");
            });
  }

  private static GroupLag heldUp(String group) {
    return group(
        group,
        LagVerdict.STALL,
        partition("pairs.training", 0, OptionalLong.of(100), LagVerdict.STALL, 3));
  }

  @Test
  void tellsWhenAGroupHasCaughtUp() {
    Samples samples = write(report(group("readers", LagVerdict.BEHIND, "pairs.training")));

    assertThat(samples.one("pairstream_lag_catch_up_seconds", Map.of()).value()).isEqualTo(300);
    assertThat(samples.one("pairstream_lag_retention_seconds", Map.of()).value()).isEqualTo(86_400);
  }

  @Test
  void tellsThatItKnowsNothingYetOrNothingNew() {
    LagReport known = report(group("readers", LagVerdict.OK, "pairs.training"));

    Samples before = write(LagReport.nothingYet(Duration.ofSeconds(10)));
    Samples away = write(known.withTrouble("the broker is away"));

    assertThat(before.one("pairstream_lag_watch_up", Map.of()).value()).isZero();
    assertThat(before.names()).noneMatch(name -> name.contains("verdict"));
    assertThat(away.one("pairstream_lag_watch_up", Map.of()).value()).isZero();
    assertThat(write(known).one("pairstream_lag_watch_up", Map.of()).value()).isEqualTo(1);
  }

  @Test
  void keepsHostileNamesInsideTheirLabels() {
    LagReport hostile = report(group(HOSTILE, LagVerdict.STALL, "pairs.training"));

    Samples samples = write(hostile);

    String kept = HOSTILE.replace('\r', '\uFFFD').replace('\u001b', '\uFFFD');
    assertThat(samples.named("pairstream_lag_partition_records"))
        .hasSize(2)
        .allMatch(sample -> sample.labels().get("group").equals(kept));
    assertThat(samples.names())
        .allMatch(name -> name.matches("pairstream_[a-z_]+"), "our own names");
    assertThat(samples.names())
        .isEqualTo(write(report(group("plain", LagVerdict.STALL, "pairs.training"))).names());
  }

  @Test
  void tellsOfTheCanaryOnlyWhereOneIsSent() {
    CanaryReport late =
        new CanaryReport(
            true,
            CanaryReport.State.LATE,
            OptionalLong.of(41_500),
            Sentence.verbatim("a canary came out after 41 s"));

    Samples on = write(aCluster(late));
    Samples off = write(aCluster(CanaryReport.OFF));

    assertThat(on.one("pairstream_canary_state", Map.of("state", "LATE")).value()).isEqualTo(1);
    assertThat(on.one("pairstream_canary_state", Map.of("state", "OK")).value()).isZero();
    assertThat(on.one("pairstream_canary_seconds", Map.of()).value()).isEqualTo(41.5);
    assertThat(off.names()).noneMatch(name -> name.contains("canary"));
  }

  @Test
  void isWhatPrometheusReads() throws Exception {
    LagReport hostile = report(group(HOSTILE, LagVerdict.STALL, "pairs.training"));
    String text = text(ofLag(() -> hostile));

    Promtool.Ended ended = Promtool.run(text, "check", "metrics");
    Promtool.Ended broken = Promtool.run(text + "no sample\n", "check", "metrics");

    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(broken.status()).isEqualTo(1);
  }

  /** Every name that the service's own part of {@code /metrics} may have. */
  static Set<String> allNames() {
    CanaryReport canary =
        new CanaryReport(
            true, CanaryReport.State.OK, OptionalLong.of(1_000), Sentence.verbatim(""));
    Set<String> names = write(report(heldUp("readers"))).names();
    names.addAll(write(aCluster(canary)).names());
    return names;
  }

  /** The service's own part of {@code /metrics} with everything in it that there may be. */
  static String everything() {
    CanaryReport canary =
        new CanaryReport(
            true, CanaryReport.State.OK, OptionalLong.of(1_000), Sentence.verbatim(""));
    LagReport lag = report(heldUp("readers"), group("late", LagVerdict.STALL, "pairs.training"));
    PrometheusText text = new PrometheusText();
    aCluster(() -> lag, canary).write(text);
    return text.toString();
  }

  private static ClusterMetrics aCluster(CanaryReport canary) {
    return aCluster(() -> LagReport.nothingYet(LagWatcher.INTERVAL), canary);
  }

  private static ClusterMetrics aCluster(Supplier<LagReport> lag, CanaryReport canary) {
    return new ClusterMetrics(
        "here",
        "pairs",
        lag,
        () -> List.of(new BrokerDisk(1, "/data", 40, 100)),
        answering(
            Optional.of(
                new BrokerState(BrokerState.State.UP, Sentence.verbatim(""), List.of(), 2, 3)),
            0,
            0),
        () -> canary);
  }

  @Test
  void reportsForHowLongNoBrokerAnswersAndNoPartitionsThen() {
    Supplier<Reachability> away = answering(Optional.empty(), 17, 21);
    Samples samples =
        write(
            new ClusterMetrics(
                "here",
                "pairs",
                () -> LagReport.nothingYet(LagWatcher.INTERVAL),
                List::of,
                away,
                () -> CanaryReport.OFF));

    assertThat(samples.one("pairstream_brokers_away_seconds", Map.of()).value()).isEqualTo(17);
    assertThat(samples.one("pairstream_registry_away_seconds", Map.of()).value()).isEqualTo(21);
    assertThat(samples.names()).noneMatch(name -> name.contains("partitions"));
  }

  @Test
  void aMutedGroupDecidesNeitherYesNorNo() {
    Mute mute = new Mute("readers", PlayedLag.AT, "moves", "ann");

    Samples samples =
        write(report(group("readers", LagVerdict.STOP, "pairs.training").muted(mute)));

    assertThat(samples.named("pairstream_lag_verdict"))
        .allMatch(sample -> sample.labels().get("decides").equals("muted"));
  }

  @Test
  void tellsOfDisksAndPartitions() {
    Samples samples = write(aCluster(CanaryReport.OFF));

    assertThat(samples.one("pairstream_broker_disk_free_bytes", Map.of("broker", "1")).value())
        .isEqualTo(40);
    assertThat(samples.one("pairstream_partitions_under_replicated", Map.of()).value())
        .isEqualTo(2);
    assertThat(samples.one("pairstream_partitions_offline", Map.of()).value()).isEqualTo(3);
  }

  private static Samples write(LagReport report) {
    return Samples.of(text(ofLag(() -> report)));
  }

  /** Nothing is known but lag. */
  private static ClusterMetrics ofLag(Supplier<LagReport> lag) {
    return new ClusterMetrics(
        "here", "pairs", lag, List::of, answering(Optional.empty(), 0, 0), () -> CanaryReport.OFF);
  }

  private static Supplier<Reachability> answering(
      Optional<BrokerState> known, double brokersAway, double registryAway) {
    return () -> new Reachability(known, brokersAway, registryAway);
  }

  private static Samples write(ClusterMetrics source) {
    return Samples.of(text(source));
  }

  private static String text(ClusterMetrics source) {
    PrometheusText text = new PrometheusText();
    source.write(text);
    return text.toString();
  }
}
