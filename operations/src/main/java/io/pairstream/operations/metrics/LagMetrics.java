package io.pairstream.operations.metrics;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.time.Clock;
import java.time.Duration;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * Lag under our own names: verdicts, bytes, when the group has caught up, when records may be lost.
 *
 * <p>A group's verdict is a series for each one there is, 1 for the present one and 0 for the
 * others. Of partitions, which may be many, only those are named that need somebody.
 */
public final class LagMetrics implements MetricsSource {

  private final ClusterLabels cluster;
  private final Supplier<LagReport> lag;
  private final Clock clock;

  /**
   * @param clock what the age of the last look is measured with
   */
  public LagMetrics(ClusterLabels cluster, Supplier<LagReport> lag, Clock clock) {
    this.cluster = cluster;
    this.lag = lag;
    this.clock = clock;
  }

  @Override
  public void write(PrometheusText text) {
    LagReport report = lag.get();
    text.gauge("pairstream_lag_watch_up", "1 where the last look at the groups succeeded")
        .sample(report.ready() && report.trouble().isEmpty() ? 1 : 0, cluster.with());
    if (!report.ready()) {
      return;
    }
    text.gauge("pairstream_lag_watch_age_seconds", "Time since the groups were looked at")
        .sample(Duration.between(report.at(), clock.instant()).toMillis() / 1e3, cluster.with());
    groups(report, text);
    partitions(report, text);
  }

  private void groups(LagReport report, PrometheusText text) {
    Family verdicts =
        text.gauge("pairstream_lag_verdict", "1 for what is to be thought of a group");
    Family since =
        text.gauge("pairstream_lag_verdict_since_seconds", "Since when, in seconds since 1970");
    Family members = text.gauge("pairstream_lag_members", "Members of a group");
    Family records = text.gauge("pairstream_lag_records", "Records that wait for a group");
    Family bytes = text.gauge("pairstream_lag_bytes", "Estimated bytes that wait for a group");
    Family seconds =
        text.gauge("pairstream_lag_seconds", "Age of the oldest record that waits for a group");
    Family arriving = text.gauge("pairstream_lag_arrival_per_second", "Records that arrive");
    Family processing =
        text.gauge("pairstream_lag_processing_per_second", "Records that a group reads");
    Family catchUp =
        text.gauge(
            "pairstream_lag_catch_up_seconds",
            "Time until a group has read what waits; +Inf for never at this rate");
    Family from =
        text.gauge("pairstream_lag_catch_up_from_seconds", "The shortest that fits what was seen");
    Family to =
        text.gauge(
            "pairstream_lag_catch_up_to_seconds",
            "The longest that fits; +Inf where never fits too");
    Family retention =
        text.gauge(
            "pairstream_lag_retention_seconds",
            "Time until the log may drop what a group has not read");
    Family lost =
        text.gauge("pairstream_lag_lost_records", "Records that left the log before a group");
    for (GroupLag group : report.groups()) {
      SortedMap<String, String> labels = cluster.with("group", group.group());
      for (Verdict verdict : Verdict.values()) {
        verdicts.sample(
            verdict == group.verdict() ? 1 : 0,
            cluster.with(
                "group",
                group.group(),
                "verdict",
                verdict.name(),
                "decides",
                group.muted() ? "muted" : group.decides() ? "yes" : "no"));
      }
      since.sample(group.since().toEpochMilli() / 1e3, labels);
      members.sample(group.members(), labels);
      group.lag().ifPresent(value -> records.sample((double) value, labels));
      group.bytes().ifPresent(value -> bytes.sample((double) value, labels));
      group.seconds().ifPresent(value -> seconds.sample(value, labels));
      group.arrivalPerSecond().ifPresent(value -> arriving.sample(value, labels));
      group.processingPerSecond().ifPresent(value -> processing.sample(value, labels));
      if (group.catchUp().isNever()) {
        catchUp.sample(Double.POSITIVE_INFINITY, labels);
      } else {
        group.catchUp().seconds().ifPresent(value -> catchUp.sample(value, labels));
      }
      if (group.catchUp().from().isPresent()) {
        from.sample(group.catchUp().from().getAsDouble(), labels);
        to.sample(group.catchUp().to().orElse(Double.POSITIVE_INFINITY), labels);
      }
      group.retentionSeconds().ifPresent(value -> retention.sample(value, labels));
      lost.sample((double) group.lost(), labels);
    }
  }

  private void partitions(LagReport report, PrometheusText text) {
    Family alarms =
        text.gauge(
            "pairstream_lag_partition_alarm", "1 for each partition that needs somebody, and why");
    Family bytes =
        text.gauge("pairstream_lag_partition_bytes", "Estimated bytes that wait on a partition");
    Family held =
        text.gauge(
            "pairstream_lag_partition_held_offsets", "Offsets that wait for a transaction's end");
    Family hanging =
        text.gauge(
            "pairstream_lag_partition_hanging_seconds",
            "How long a transaction has been open that does not end; 0 where none is");
    for (GroupLag group : report.groups()) {
      for (PartitionLag partition : group.partitions()) {
        String number = String.valueOf(partition.partition());
        SortedMap<String, String> labels =
            cluster.with("group", group.group(), "topic", partition.topic(), "partition", number);
        partition.bytes().ifPresent(value -> bytes.sample((double) value, labels));
        SortedMap<String, String> place =
            cluster.with("topic", partition.topic(), "partition", number);
        held.sample((double) partition.held(), place);
        hanging.sample(partition.hangingSeconds(), place);
        if (partition.verdict().isAlarm()) {
          alarms.sample(
              1,
              cluster.with(
                  "group",
                  group.group(),
                  "topic",
                  partition.topic(),
                  "partition",
                  number,
                  "verdict",
                  partition.verdict().name()));
        }
      }
    }
  }
}
