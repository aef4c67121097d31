package io.pairstream.operations.lag;

import io.pairstream.operations.canary.CanaryProbe;
import io.pairstream.operations.canary.CanaryReport;
import io.pairstream.operations.instances.ClusterWatch.BrokerState;
import io.pairstream.operations.lag.WatchedLogs.BrokerDisk;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What is known of the cluster, as Prometheus reads it: lag, disks, the data set's partitions, the
 * canary.
 *
 * <p>A group's verdict is a series for each one there is, 1 for the present one and 0 for the
 * others. What is not known is left out, not 0: a group that never committed has no lag.
 */
public final class ClusterMetrics {

  private final SortedMap<String, String> cluster;
  private final Supplier<LagReport> lag;
  private final Supplier<? extends Collection<BrokerDisk>> disks;
  private final Supplier<Optional<BrokerState>> brokers;
  private final Supplier<CanaryReport> canary;

  /**
   * @param clusterName tells clusters apart in one Prometheus
   * @param dataset the data set's name, which is the label {@code namespace}
   * @param brokers empty while the brokers do not answer
   */
  public ClusterMetrics(
      String clusterName,
      String dataset,
      Supplier<LagReport> lag,
      Supplier<? extends Collection<BrokerDisk>> disks,
      Supplier<Optional<BrokerState>> brokers,
      Supplier<CanaryReport> canary) {
    this.cluster = new TreeMap<>(Map.of("cluster_name", clusterName, "namespace", dataset));
    this.lag = lag;
    this.disks = disks;
    this.brokers = brokers;
    this.canary = canary;
  }

  /** Adds what is known now. */
  public void write(PrometheusText text) {
    lag(lag.get(), text);
    for (BrokerDisk disk : disks.get()) {
      SortedMap<String, String> labels =
          with("broker", String.valueOf(disk.broker()), "path", disk.path());
      text.gauge("pairstream_broker_disk_free_bytes", "Room that is left where a broker keeps logs")
          .sample((double) disk.freeBytes(), labels);
      text.gauge("pairstream_broker_disk_bytes", "Size of the disk of a broker's logs")
          .sample((double) disk.bytes(), labels);
    }
    brokers
        .get()
        .ifPresent(
            found -> {
              text.gauge(
                      "pairstream_partitions_under_replicated",
                      "Partitions of the data set with a copy that is behind")
                  .sample(found.underReplicated(), cluster);
              text.gauge(
                      "pairstream_partitions_offline",
                      "Partitions of the data set that nobody leads: nothing can be written there")
                  .sample(found.offline(), cluster);
            });
    canary(canary.get(), text);
  }

  private void lag(LagReport report, PrometheusText text) {
    text.gauge("pairstream_lag_watch_up", "1 where the last look at the groups succeeded")
        .sample(report.ready() && report.trouble().isEmpty() ? 1 : 0, cluster);
    for (GroupLag group : report.groups()) {
      group(group, text);
      group.partitions().forEach(partition -> partition(group.group(), partition, text));
    }
  }

  private void group(GroupLag group, PrometheusText text) {
    Family verdicts =
        text.gauge("pairstream_lag_verdict", "1 for what is to be thought of a group");
    String decides = group.decides() ? "yes" : "no";
    for (Verdict verdict : Verdict.values()) {
      verdicts.sample(
          verdict == group.verdict() ? 1 : 0,
          with("group", group.group(), "verdict", verdict.name(), "decides", decides));
    }
    SortedMap<String, String> of = with("group", group.group());
    text.gauge("pairstream_lag_members", "Members of a group").sample(group.members(), of);
    text.gauge("pairstream_lag_records", "Records that wait for a group")
        .sample(known(group.lag()), of);
    text.gauge("pairstream_lag_bytes", "Estimated bytes that wait for a group")
        .sample(known(group.bytes()), of);
    text.gauge("pairstream_lag_seconds", "Age of the oldest record that waits for a group")
        .sample(known(group.seconds()), of);
    text.gauge("pairstream_lag_arrival_per_second", "Records that arrive")
        .sample(known(group.arrivalPerSecond()), of);
    text.gauge("pairstream_lag_processing_per_second", "Records that a group reads")
        .sample(known(group.processingPerSecond()), of);
    CatchUp catchUp = group.catchUp();
    text.gauge(
            "pairstream_lag_catch_up_seconds",
            "Time until a group has read what waits; +Inf for never")
        .sample(catchUp.isNever() ? Double.POSITIVE_INFINITY : known(catchUp.seconds()), of);
    text.gauge(
            "pairstream_lag_retention_seconds",
            "Time until the log may drop what a group has not read")
        .sample(known(group.retentionSeconds()), of);
    text.gauge("pairstream_lag_lost_records", "Records that left the log before a group")
        .sample((double) group.lost(), of);
  }

  private void partition(String group, PartitionLag partition, PrometheusText text) {
    String topic = partition.topic();
    String number = String.valueOf(partition.partition());
    SortedMap<String, String> place = with("topic", topic, "partition", number);
    SortedMap<String, String> labels = with("group", group, "topic", topic, "partition", number);
    text.gauge("pairstream_lag_partition_records", "Records that wait on a partition")
        .sample(known(partition.lag()), labels);
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

  /** Nothing where none is sent. */
  private void canary(CanaryReport report, PrometheusText text) {
    if (!report.enabled()) {
      return;
    }
    Family states = text.gauge("pairstream_canary_state", "1 for what the last canary tells");
    for (CanaryReport.State state : CanaryReport.State.values()) {
      states.sample(state == report.state() ? 1 : 0, with("state", state.name()));
    }
    report
        .lastMs()
        .ifPresent(
            took ->
                text.gauge(
                        "pairstream_canary_seconds", "How long the last canary took that came out")
                    .sample(took / 1e3, cluster));
    text.gauge("pairstream_canary_budget_seconds", "How long a canary may take")
        .sample((double) CanaryProbe.BUDGET.toSeconds(), cluster);
  }

  /** The cluster's labels, and further names and values by turns. */
  private SortedMap<String, String> with(String... more) {
    SortedMap<String, String> all = new TreeMap<>(cluster);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static double known(OptionalDouble number) {
    return number.orElse(Double.NaN);
  }

  private static double known(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : Double.NaN;
  }
}
