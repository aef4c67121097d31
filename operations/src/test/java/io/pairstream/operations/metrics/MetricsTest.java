package io.pairstream.operations.metrics;

import static io.pairstream.operations.metrics.PlayedLag.group;
import static io.pairstream.operations.metrics.PlayedLag.partition;
import static io.pairstream.operations.metrics.PlayedLag.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.canary.CanaryReport;
import io.pairstream.operations.canary.CanaryState;
import io.pairstream.operations.instances.BrokerState;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.watch.WatchedLogs.BrokerDisk;
import io.pairstream.operations.metrics.Samples.Sample;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.service.report.PrometheusText;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetricsTest {

  /**
   * A line break, a label's end, a sample of its own, a comment; and what ends a terminal's line.
   */
  private static final String HOSTILE = "a\"} 1\nforged{b=\"\\\n# TYPE x gauge\r\u001b[2J é字";

  private static final ClusterLabels CLUSTER = new ClusterLabels("here", "pairs");
  private static final Clock CLOCK = Clock.fixed(PlayedLag.AT.plusSeconds(7), ZoneOffset.UTC);

  @Test
  void whoIsMutedIsForNoRule() {
    Samples samples =
        write(
            report(
                PlayedLag.muted("quiet", Verdict.STOP),
                group("readers", Verdict.STOP, "pairs.training")));

    assertThat(samples.named("pairstream_lag_verdict"))
        .filteredOn(sample -> sample.value() == 1)
        .extracting(sample -> sample.labels().get("decides"))
        .containsExactly("muted", "yes");
  }

  @Test
  void hasTheLabelsOfKafkaLagExporter() {
    Samples samples = write(report(group("readers", Verdict.OK, "pairs.training")));

    Sample lag =
        samples.one("kafka_consumergroup_group_lag", Map.of("group", "readers", "partition", "0"));

    assertThat(lag.value()).isEqualTo(12);
    assertThat(lag.labels())
        .containsOnly(
            Map.entry("cluster_name", "here"),
            Map.entry("namespace", "pairs"),
            Map.entry("group", "readers"),
            Map.entry("topic", "pairs.training"),
            Map.entry("partition", "0"),
            Map.entry("member_host", "/10.0.0.7"),
            Map.entry("consumer_id", "reader-1-uuid"),
            Map.entry("client_id", "reader-1"));
    assertThat(samples.one("kafka_consumergroup_group_sum_lag", Map.of()).value()).isEqualTo(42);
    assertThat(samples.one("kafka_consumergroup_group_topic_sum_lag", Map.of()).value())
        .isEqualTo(42);
    assertThat(samples.one("kafka_consumergroup_group_max_lag", Map.of()).value()).isEqualTo(30);
    assertThat(samples.one("kafka_consumergroup_group_max_lag_seconds", Map.of()).value())
        .isEqualTo(61.5);
    assertThat(samples.one("kafka_partition_earliest_offset", Map.of("partition", "1")).value())
        .isEqualTo(10);
  }

  @Test
  void leavesOutWhatIsNotKnown() {
    Samples samples =
        write(
            report(
                group(
                    "never",
                    Verdict.UNKNOWN,
                    partition("pairs.training", 0, OptionalLong.empty(), Verdict.UNKNOWN))));

    assertThat(samples.named("kafka_consumergroup_group_offset")).isEmpty();
    assertThat(samples.named("kafka_consumergroup_group_lag")).isEmpty();
    assertThat(samples.named("kafka_consumergroup_group_lag_seconds")).isEmpty();
    assertThat(samples.named("kafka_consumergroup_group_max_lag")).isEmpty();
    assertThat(samples.named("kafka_partition_latest_offset")).hasSize(1);
  }

  @Test
  void namesOnlyThePartitionsThatNeedSomebody() {
    Samples samples = write(report(group("readers", Verdict.STALL, "pairs.training")));

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
        Verdict.STALL,
        partition("pairs.training", 0, OptionalLong.of(100), Verdict.STALL, 3));
  }

  @Test
  void tellsWhenAGroupHasCaughtUp() {
    Samples samples = write(report(group("readers", Verdict.BEHIND, "pairs.training")));

    assertThat(samples.one("pairstream_lag_catch_up_seconds", Map.of()).value()).isEqualTo(300);
    assertThat(samples.one("pairstream_lag_catch_up_from_seconds", Map.of()).value())
        .isEqualTo(240);
    assertThat(samples.one("pairstream_lag_catch_up_to_seconds", Map.of()).value()).isEqualTo(360);
    assertThat(samples.one("pairstream_lag_retention_seconds", Map.of()).value()).isEqualTo(86_400);
    assertThat(samples.one("pairstream_lag_watch_age_seconds", Map.of()).value()).isEqualTo(7);
  }

  @Test
  void tellsThatItKnowsNothingYetOrNothingNew() {
    LagReport known = report(group("readers", Verdict.OK, "pairs.training"));

    Samples before = write(LagReport.nothingYet(Duration.ofSeconds(10)));
    Samples away = write(known.withTrouble("the broker is away"));

    assertThat(before.one("pairstream_lag_watch_up", Map.of()).value()).isZero();
    assertThat(before.names()).noneMatch(name -> name.startsWith("kafka_"));
    assertThat(away.one("pairstream_lag_watch_up", Map.of()).value()).isZero();
    assertThat(write(known).one("pairstream_lag_watch_up", Map.of()).value()).isEqualTo(1);
  }

  @Test
  void keepsHostileNamesInsideTheirLabels() {
    LagReport hostile = report(group(HOSTILE, Verdict.STALL, "pairs.training"));

    Samples samples = write(hostile);

    String kept = HOSTILE.replace('\r', '\uFFFD').replace('\u001b', '\uFFFD');
    assertThat(samples.named("kafka_consumergroup_group_lag"))
        .hasSize(2)
        .allMatch(sample -> sample.labels().get("group").equals(kept));
    assertThat(samples.names())
        .allMatch(name -> name.matches("(kafka|pairstream)_[a-z_]+"), "our own names");
    assertThat(samples.names())
        .isEqualTo(write(report(group("plain", Verdict.STALL, "pairs.training"))).names());
  }

  @Test
  void tellsOfTheCanaryOnlyWhereOneIsSent() {
    CanaryReport late =
        new CanaryReport(
            true,
            CanaryState.LATE,
            OptionalLong.of(41_500),
            30_000,
            Sentence.verbatim("a canary came out after 41 s"),
            7,
            6);

    Samples on = write(aCluster(late));
    Samples off = write(aCluster(CanaryReport.off()));

    assertThat(on.one("pairstream_canary_state", Map.of("state", "LATE")).value()).isEqualTo(1);
    assertThat(on.one("pairstream_canary_state", Map.of("state", "OK")).value()).isZero();
    assertThat(on.one("pairstream_canary_seconds", Map.of()).value()).isEqualTo(41.5);
    assertThat(on.one("pairstream_canary_sent_total", Map.of()).value()).isEqualTo(7);
    assertThat(off.names()).noneMatch(name -> name.contains("canary"));
  }

  @Test
  void isWhatPrometheusReads() throws Exception {
    String text = text(report(group(HOSTILE, Verdict.STALL, "pairs.training")));

    Promtool.Ended ended = Promtool.run(text, "check", "metrics");
    Promtool.Ended broken = Promtool.run(text + "no sample\n", "check", "metrics");

    // Customs that kafka-lag-exporter's names are older than are no fault of the text.
    assertThat(ended.status()).as(ended.output()).isIn(0, 3);
    assertThat(ended.output()).doesNotContain("pairstream_").doesNotContain("error");
    assertThat(broken.status()).isEqualTo(1);
  }

  /** Every name that the service's own part of {@code /metrics} may have. */
  static Set<String> allNames() {
    CanaryReport canary =
        new CanaryReport(
            true, CanaryState.OK, OptionalLong.of(1_000), 30_000, Sentence.verbatim(""), 1, 1);
    Set<String> names = write(report(heldUp("readers"))).names();
    names.addAll(write(aCluster(canary)).names());
    return names;
  }

  private static ClusterMetrics aCluster(CanaryReport canary) {
    return new ClusterMetrics(
        CLUSTER,
        () -> List.of(new BrokerDisk(1, "/data", 40, 100)),
        () ->
            Optional.of(
                new BrokerState(BrokerState.State.UP, Sentence.verbatim(""), List.of(), 2, 3)),
        () -> canary);
  }

  @Test
  void tellsOfDisksAndPartitions() {
    Samples samples = write(aCluster(CanaryReport.off()));

    assertThat(samples.one("pairstream_broker_disk_free_bytes", Map.of("broker", "1")).value())
        .isEqualTo(40);
    assertThat(samples.one("pairstream_partitions_under_replicated", Map.of()).value())
        .isEqualTo(2);
    assertThat(samples.one("pairstream_partitions_offline", Map.of()).value()).isEqualTo(3);
  }

  private static Samples write(LagReport report) {
    return Samples.of(text(report));
  }

  private static String text(LagReport report) {
    PrometheusText text = new PrometheusText();
    new LagExporterMetrics(CLUSTER, () -> report).write(text);
    new LagMetrics(CLUSTER, () -> report, CLOCK).write(text);
    return text.toString();
  }

  private static Samples write(ClusterMetrics source) {
    PrometheusText text = new PrometheusText();
    source.write(text);
    return Samples.of(text.toString());
  }
}
