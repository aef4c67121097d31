package io.pairstream.operations.metrics;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.report.PrometheusText.Family;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Lag under the names and labels of kafka-lag-exporter 0.8
 * (https://github.com/seglo/kafka-lag-exporter#metrics).
 *
 * <p>What is not known is left out, not 0: a group that never committed has no offset and no lag.
 * Its board looks at the exporter's own memory too, by the name of its Helm release; these series
 * are this process's.
 */
public final class LagExporterMetrics implements MetricsSource {

  private static final String RELEASE = "app_kubernetes_io_instance";
  private static final String LAG_EXPORTER = "kafka-lag-exporter";

  private final ClusterLabels cluster;
  private final Supplier<LagReport> lag;

  public LagExporterMetrics(ClusterLabels cluster, Supplier<LagReport> lag) {
    this.cluster = cluster;
    this.lag = lag;
  }

  @Override
  public void write(PrometheusText text) {
    LagReport report = lag.get();
    if (report.ready()) {
      partitions(report, text);
      groups(report, text);
      text.gauge("kafka_consumergroup_poll_time_ms", "Group time poll time")
          .sample(report.tookSeconds() * 1e3, cluster.with());
    }
    itself(text);
  }

  private void partitions(LagReport report, PrometheusText text) {
    Family latest =
        text.gauge("kafka_partition_latest_offset", "Offset behind the last committed record");
    Family earliest =
        text.gauge("kafka_partition_earliest_offset", "First offset that the partition holds");
    Family offset =
        text.gauge("kafka_consumergroup_group_offset", "Offset that the group reads next");
    Family lags = text.gauge("kafka_consumergroup_group_lag", "Records that wait for the group");
    Family seconds =
        text.gauge("kafka_consumergroup_group_lag_seconds", "Age of the first record that waits");
    for (GroupLag group : report.groups()) {
      for (PartitionLag partition : group.partitions()) {
        String number = String.valueOf(partition.partition());
        SortedMap<String, String> place =
            cluster.with("topic", partition.topic(), "partition", number);
        latest.sample((double) partition.end(), place);
        earliest.sample((double) partition.logStart(), place);
        GroupMember member = partition.member();
        SortedMap<String, String> labels =
            cluster.with(
                "group",
                group.group(),
                "topic",
                partition.topic(),
                "partition",
                number,
                "member_host",
                member.host(),
                "consumer_id",
                member.consumerId(),
                "client_id",
                member.clientId());
        offset.sample(orUnknown(partition.committed()), labels);
        lags.sample(orUnknown(partition.lag()), labels);
        seconds.sample(partition.seconds().orElse(Double.NaN), labels);
      }
    }
  }

  private void groups(LagReport report, PrometheusText text) {
    Family max =
        text.gauge("kafka_consumergroup_group_max_lag", "Records that wait, largest partition");
    Family maxSeconds =
        text.gauge("kafka_consumergroup_group_max_lag_seconds", "Age of the oldest that waits");
    Family sum = text.gauge("kafka_consumergroup_group_sum_lag", "Records that wait, all together");
    Family topics =
        text.gauge("kafka_consumergroup_group_topic_sum_lag", "Records that wait, by topic");
    for (GroupLag group : report.groups()) {
      SortedMap<String, String> labels = cluster.with("group", group.group());
      group.partitions().stream()
          .flatMapToLong(partition -> partition.lag().stream())
          .max()
          .ifPresent(value -> max.sample((double) value, labels));
      group.partitions().stream()
          .flatMapToDouble(partition -> partition.seconds().stream())
          .max()
          .ifPresent(value -> maxSeconds.sample(value, labels));
      sum.sample(orUnknown(group.lag()), labels);
      Map<String, Long> byTopic = new TreeMap<>();
      for (PartitionLag partition : group.partitions()) {
        partition.lag().ifPresent(value -> byTopic.merge(partition.topic(), value, Long::sum));
      }
      byTopic.forEach(
          (topic, value) ->
              topics.sample(value, cluster.with("group", group.group(), "topic", topic)));
    }
  }

  private static void itself(PrometheusText text) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    text.gauge("jvm_memory_bytes_used", "Memory of this process")
        .sample(
            (double) memory.getHeapMemoryUsage().getUsed(), RELEASE, LAG_EXPORTER, "area", "heap")
        .sample(
            (double) memory.getNonHeapMemoryUsage().getUsed(),
            RELEASE,
            LAG_EXPORTER,
            "area",
            "nonheap");
    Family count =
        text.counter("jvm_gc_collection_seconds_count", "Collections of memory of this process");
    Family sum = text.counter("jvm_gc_collection_seconds_sum", "Time for collections of memory");
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      count.sample(
          (double) Math.max(0, collector.getCollectionCount()),
          RELEASE,
          LAG_EXPORTER,
          "gc",
          collector.getName());
      sum.sample(
          Math.max(0, collector.getCollectionTime()) / 1e3,
          RELEASE,
          LAG_EXPORTER,
          "gc",
          collector.getName());
    }
  }

  private static double orUnknown(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : Double.NaN;
  }
}
