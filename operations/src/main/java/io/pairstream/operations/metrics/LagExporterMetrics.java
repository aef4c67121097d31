package io.pairstream.operations.metrics;

import static io.pairstream.operations.metrics.LagMetrics.known;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.service.report.PrometheusText;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Lag under the names and labels of kafka-lag-exporter 0.8
 * (https://github.com/seglo/kafka-lag-exporter#metrics).
 *
 * <p>What is not known is left out, not 0: a group that never committed has no offset and no lag.
 */
public final class LagExporterMetrics {

  private final ClusterLabels cluster;
  private final Supplier<LagReport> lag;

  public LagExporterMetrics(ClusterLabels cluster, Supplier<LagReport> lag) {
    this.cluster = cluster;
    this.lag = lag;
  }

  /** Adds what is known now. */
  public void write(PrometheusText text) {
    LagReport report = lag.get();
    if (report.ready()) {
      for (GroupLag group : report.groups()) {
        group(group, text);
        group.partitions().forEach(partition -> partition(group.group(), partition, text));
      }
    }
  }

  private void partition(String group, PartitionLag partition, PrometheusText text) {
    String number = String.valueOf(partition.partition());
    SortedMap<String, String> place = cluster.with("topic", partition.topic(), "partition", number);
    text.gauge("kafka_partition_latest_offset", "Offset behind the last committed record")
        .sample((double) partition.end(), place);
    text.gauge("kafka_partition_earliest_offset", "First offset that the partition holds")
        .sample((double) partition.logStart(), place);
    SortedMap<String, String> labels = new TreeMap<>(place);
    labels.put("group", group);
    labels.put("member_host", partition.member().host());
    labels.put("consumer_id", partition.member().consumerId());
    labels.put("client_id", partition.member().clientId());
    text.gauge("kafka_consumergroup_group_offset", "Offset that the group reads next")
        .sample(known(partition.committed()), labels);
    text.gauge("kafka_consumergroup_group_lag", "Records that wait for the group")
        .sample(known(partition.lag()), labels);
    text.gauge("kafka_consumergroup_group_lag_seconds", "Age of the first record that waits")
        .sample(known(partition.seconds()), labels);
  }

  private void group(GroupLag group, PrometheusText text) {
    SortedMap<String, String> labels = cluster.with("group", group.group());
    text.gauge("kafka_consumergroup_group_max_lag", "Records that wait, largest partition")
        .sample(
            group.partitions().stream()
                .mapToDouble(partition -> known(partition.lag()))
                .filter(lag -> !Double.isNaN(lag))
                .max()
                .orElse(Double.NaN),
            labels);
    text.gauge("kafka_consumergroup_group_max_lag_seconds", "Age of the oldest that waits")
        .sample(
            group.partitions().stream()
                .flatMapToDouble(partition -> partition.seconds().stream())
                .max()
                .orElse(Double.NaN),
            labels);
    text.gauge("kafka_consumergroup_group_sum_lag", "Records that wait, all together")
        .sample(known(group.lag()), labels);
    Map<String, Long> byTopic = new TreeMap<>();
    for (PartitionLag partition : group.partitions()) {
      partition.lag().ifPresent(value -> byTopic.merge(partition.topic(), value, Long::sum));
    }
    byTopic.forEach(
        (topic, value) ->
            text.gauge("kafka_consumergroup_group_topic_sum_lag", "Records that wait, by topic")
                .sample(value, cluster.with("group", group.group(), "topic", topic)));
  }
}
