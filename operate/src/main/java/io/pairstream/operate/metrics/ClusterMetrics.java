package io.pairstream.operate.metrics;

import io.pairstream.operate.canary.CanaryProbe;
import io.pairstream.operate.canary.CanaryReport;
import io.pairstream.operate.instances.ClusterWatch.BrokerState;
import io.pairstream.operate.instances.ClusterWatch.Reachability;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.watch.BrokerDisk;
import io.pairstream.service.report.PrometheusText;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The cluster as Prometheus reads it: lag, disks, the data set's partitions, the canary.
 *
 * <p>A group's verdict is a series for each one there is, 1 for the present one and 0 for the
 * others. What is not known is left out, not 0: a group that never committed has no lag.
 *
 * @param clusterName tells clusters apart in one Prometheus
 * @param dataset the data set's name, which is the label {@code namespace}
 * @param watch how brokers and registry are
 */
public record ClusterMetrics(
    String clusterName,
    String dataset,
    Supplier<LagReport> lag,
    Supplier<? extends Collection<BrokerDisk>> disks,
    Supplier<Reachability> watch,
    Supplier<CanaryReport> canary) {

  /** Labels of the cluster and the data set. */
  public Map<String, String> place() {
    return Map.of("cluster_name", clusterName, "namespace", dataset);
  }

  /** Adds what is known now. */
  public void write(PrometheusText text) {
    LagReport report = lag.get();
    lag(report, text);
    for (BrokerDisk disk : disks.get()) {
      var of = with("broker", String.valueOf(disk.broker()), "path", disk.path());
      String free = "Room that is left where a broker keeps logs";
      add(text, "broker_disk_free_bytes", free, disk.freeBytes(), of);
      add(text, "broker_disk_bytes", "Size of the disk of a broker's logs", disk.bytes(), of);
    }
    Reachability reached = watch.get();
    String broker = "How long no broker has answered; 0 where one does";
    add(text, "brokers_away_seconds", broker, reached.brokersAwaySeconds(), with());
    String registry = "How long the schema registry has not answered; 0 where it does";
    add(text, "registry_away_seconds", registry, reached.registryAwaySeconds(), with());
    for (BrokerState found : reached.known().stream().toList()) {
      String behind = "Partitions of the data set with a copy that is behind";
      add(text, "partitions_under_replicated", behind, found.underReplicated(), with());
      String offline = "Partitions of the data set without a leader: nothing can be written there";
      add(text, "partitions_offline", offline, found.offline(), with());
    }
    canary(canary.get(), text);
  }

  private static void add(
      PrometheusText text, String name, String help, Number value, SortedMap<String, String> of) {
    text.gauge("pairstream_" + name, help).sample(value.doubleValue(), of);
  }

  private void lag(LagReport report, PrometheusText text) {
    boolean up = report.ready() && report.trouble().isEmpty();
    String help = "1 where the last look at the groups succeeded";
    add(text, "lag_watch_up", help, up ? 1 : 0, with());
    for (GroupLag group : report.groups()) {
      group(group, text);
      group.partitions().forEach(partition -> partition(group.group(), partition, text));
    }
  }

  private void group(GroupLag group, PrometheusText text) {
    Lag now = group.now();
    String decides = group.muted().isPresent() ? "muted" : group.decides() ? "yes" : "no";
    for (LagVerdict verdict : LagVerdict.values()) {
      var of = with("group", group.group(), "verdict", verdict.name(), "decides", decides);
      String help = "1 for what is to be thought of a group";
      add(text, "lag_verdict", help, verdict == now.verdict() ? 1 : 0, of);
    }
    var of = with("group", group.group());
    add(text, "lag_members", "Members of a group", group.members(), of);
    add(text, "lag_records", "Records that wait for a group", known(now.records()), of);
    add(text, "lag_bytes", "Estimated bytes that wait for a group", known(now.bytes()), of);
    String age = "Age of the oldest record that waits for a group";
    add(text, "lag_seconds", age, known(now.seconds()), of);
    double arrivals = known(now.arrivalPerSecond());
    add(text, "lag_arrival_per_second", "Records that arrive", arrivals, of);
    double processing = known(now.processingPerSecond());
    add(text, "lag_processing_per_second", "Records that a group reads", processing, of);
    String untilRead = "Time until a group has read what waits; +Inf for never";
    boolean never = now.catchUp().isNever();
    double catchUp = never ? Double.POSITIVE_INFINITY : known(now.catchUp().seconds());
    add(text, "lag_catch_up_seconds", untilRead, catchUp, of);
    String untilDropped = "Time until the log may drop what a group has not read";
    add(text, "lag_retention_seconds", untilDropped, known(now.retentionSeconds()), of);
    add(text, "lag_lost_records", "Records that left the log before a group", now.lost(), of);
  }

  private void partition(String group, PartitionLag partition, PrometheusText text) {
    String topic = partition.topic();
    String number = String.valueOf(partition.partition());
    var place = with("topic", topic, "partition", number);
    var of = with("group", group, "topic", topic, "partition", number);
    double records = known(partition.now().records());
    add(text, "lag_partition_records", "Records that wait on a partition", records, of);
    String held = "Offsets that wait for a transaction's end";
    add(text, "lag_partition_held_offsets", held, partition.held(), place);
    String open = "How long a transaction has been open that does not end; 0 where none is";
    add(text, "lag_partition_hanging_seconds", open, partition.hangingSeconds(), place);
    LagVerdict verdict = partition.now().verdict();
    if (verdict.isAlarm()) {
      of.put("verdict", verdict.name());
      String alarm = "1 for each partition that needs action, and why";
      add(text, "lag_partition_alarm", alarm, 1, of);
    }
  }

  /** Nothing where none is sent. */
  private void canary(CanaryReport report, PrometheusText text) {
    if (!report.enabled()) {
      return;
    }
    for (CanaryReport.State state : CanaryReport.State.values()) {
      String help = "1 for what the last canary tells";
      add(text, "canary_state", help, state == report.state() ? 1 : 0, with("state", state.name()));
    }
    String took = "How long the last canary took that came out";
    add(text, "canary_seconds", took, known(report.lastMs()) / 1e3, with());
    double budget = CanaryProbe.BUDGET.toSeconds();
    add(text, "canary_budget_seconds", "How long a canary may take", budget, with());
  }

  /** Adds names and values, by turns, to the cluster's labels. */
  private SortedMap<String, String> with(String... more) {
    var all = new TreeMap<>(place());
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  static double known(OptionalDouble number) {
    return number.orElse(Double.NaN);
  }

  static double known(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : Double.NaN;
  }
}
