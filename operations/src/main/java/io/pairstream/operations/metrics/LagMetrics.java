package io.pairstream.operations.metrics;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Lag under our own names: verdicts, bytes, when the group has caught up, when records may be lost.
 *
 * <p>A group's verdict is a series for each one there is, 1 for the present one and 0 for the
 * others. Of partitions, which may be many, only those are named that need somebody.
 */
public final class LagMetrics {

  private static final List<Gauge> OF_GROUPS =
      List.of(
          new Gauge(
              "verdict_since_seconds",
              "Since when, in seconds since 1970",
              group -> group.since().toEpochMilli() / 1e3),
          new Gauge("members", "Members of a group", GroupLag::members),
          new Gauge("records", "Records that wait for a group", group -> known(group.lag())),
          new Gauge(
              "bytes", "Estimated bytes that wait for a group", group -> known(group.bytes())),
          new Gauge(
              "seconds",
              "Age of the oldest record that waits for a group",
              group -> known(group.seconds())),
          new Gauge(
              "arrival_per_second",
              "Records that arrive",
              group -> known(group.arrivalPerSecond())),
          new Gauge(
              "processing_per_second",
              "Records that a group reads",
              group -> known(group.processingPerSecond())),
          new Gauge(
              "catch_up_seconds",
              "Time until a group has read what waits; +Inf for never at this rate",
              group ->
                  group.catchUp().isNever()
                      ? Double.POSITIVE_INFINITY
                      : known(group.catchUp().seconds())),
          new Gauge(
              "catch_up_from_seconds",
              "The shortest that fits what was seen",
              group -> known(group.catchUp().from())),
          new Gauge(
              "catch_up_to_seconds",
              "The longest that fits; +Inf where never fits too",
              group -> longest(group.catchUp())),
          new Gauge(
              "retention_seconds",
              "Time until the log may drop what a group has not read",
              group -> known(group.retentionSeconds())),
          new Gauge("lost_records", "Records that left the log before a group", GroupLag::lost));

  private final ClusterLabels cluster;
  private final Supplier<LagReport> lag;
  private final Clock clock;

  /** A number of each group; NaN where it is not known. */
  private record Gauge(String name, String help, ToDoubleFunction<GroupLag> of) {}

  /**
   * @param clock what the age of the last look is measured with
   */
  public LagMetrics(ClusterLabels cluster, Supplier<LagReport> lag, Clock clock) {
    this.cluster = cluster;
    this.lag = lag;
    this.clock = clock;
  }

  /** Adds what is known now. */
  public void write(PrometheusText text) {
    LagReport report = lag.get();
    text.gauge("pairstream_lag_watch_up", "1 where the last look at the groups succeeded")
        .sample(report.ready() && report.trouble().isEmpty() ? 1 : 0, cluster.with());
    if (!report.ready()) {
      return;
    }
    text.gauge("pairstream_lag_watch_age_seconds", "Time since the groups were looked at")
        .sample(Duration.between(report.at(), clock.instant()).toMillis() / 1e3, cluster.with());
    for (GroupLag group : report.groups()) {
      group(group, text);
      group.partitions().forEach(partition -> partition(group.group(), partition, text));
    }
  }

  private void group(GroupLag group, PrometheusText text) {
    Family verdicts =
        text.gauge("pairstream_lag_verdict", "1 for what is to be thought of a group");
    String decides = group.muted() ? "muted" : group.decides() ? "yes" : "no";
    for (Verdict verdict : Verdict.values()) {
      verdicts.sample(
          verdict == group.verdict() ? 1 : 0,
          cluster.with("group", group.group(), "verdict", verdict.name(), "decides", decides));
    }
    for (Gauge gauge : OF_GROUPS) {
      text.gauge("pairstream_lag_" + gauge.name(), gauge.help())
          .sample(gauge.of().applyAsDouble(group), cluster.with("group", group.group()));
    }
  }

  private void partition(String group, PartitionLag partition, PrometheusText text) {
    String topic = partition.topic();
    String number = String.valueOf(partition.partition());
    SortedMap<String, String> place = cluster.with("topic", topic, "partition", number);
    SortedMap<String, String> labels =
        cluster.with("group", group, "topic", topic, "partition", number);
    text.gauge("pairstream_lag_partition_bytes", "Estimated bytes that wait on a partition")
        .sample(known(partition.bytes()), labels);
    text.gauge("pairstream_lag_partition_held_offsets", "Offsets that wait for a transaction's end")
        .sample((double) partition.held(), place);
    text.gauge(
            "pairstream_lag_partition_hanging_seconds",
            "How long a transaction has been open that does not end; 0 where none is")
        .sample(partition.hangingSeconds(), place);
    if (partition.verdict().isAlarm()) {
      labels.put("verdict", partition.verdict().name());
      text.gauge(
              "pairstream_lag_partition_alarm", "1 for each partition that needs somebody, and why")
          .sample(1, labels);
    }
  }

  private static double longest(CatchUp catchUp) {
    return catchUp.from().isEmpty() ? Double.NaN : catchUp.to().orElse(Double.POSITIVE_INFINITY);
  }

  static double known(OptionalDouble number) {
    return number.orElse(Double.NaN);
  }

  static double known(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : Double.NaN;
  }
}
