package io.pairstream.operations.lag;

import io.pairstream.service.report.PrometheusText;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Lag by the names and labels of kafka-lag-exporter, for boards that were made for it. The labels
 * {@code member_host} and {@code consumer_id} are empty, as nobody asks for them.
 *
 * <p>Source: https://github.com/seglo/kafka-lag-exporter#metrics
 */
final class LagExporterNames {

  private static final String OF_GROUP = "kafka_consumergroup_group_";

  private LagExporterNames() {}

  static void write(String cluster, LagReport report, PrometheusText text) {
    for (GroupLag group : report.groups()) {
      String[] of = {"cluster_name", cluster, "group", group.group()};
      Map<String, Long> ofTopics = new HashMap<>();
      long most = -1;
      for (PartitionLag each : group.partitions()) {
        partition(cluster, group.group(), each, text);
        if (each.now().records().isPresent()) {
          long records = each.now().records().getAsLong();
          most = Math.max(most, records);
          ofTopics.merge(each.topic(), records, Long::sum);
        }
      }
      OptionalDouble oldest =
          group.partitions().stream().flatMapToDouble(each -> each.now().seconds().stream()).max();
      text.gauge(OF_GROUP + "max_lag", "Max group offset lag")
          .sample(most < 0 ? Double.NaN : most, of);
      text.gauge(OF_GROUP + "max_lag_seconds", "Max group time lag")
          .sample(oldest.orElse(Double.NaN), of);
      text.gauge(OF_GROUP + "sum_lag", "Sum of group offset lag")
          .sample(
              ofTopics.isEmpty()
                  ? Double.NaN
                  : ofTopics.values().stream().mapToLong(each -> each).sum(),
              of);
      ofTopics.forEach(
          (topic, records) ->
              text.gauge(OF_GROUP + "topic_sum_lag", "Sum of group offset lag across a topic")
                  .sample(
                      records, "cluster_name", cluster, "group", group.group(), "topic", topic));
    }
  }

  private static void partition(
      String cluster, String group, PartitionLag each, PrometheusText text) {
    String number = String.valueOf(each.partition());
    String[] place = {"cluster_name", cluster, "topic", each.topic(), "partition", number};
    text.gauge("kafka_partition_latest_offset", "Latest offset of a partition")
        .sample((double) each.end(), place);
    text.gauge("kafka_partition_earliest_offset", "Earliest offset of a partition")
        .sample((double) each.logStart(), place);
    String[] of = {
      "cluster_name",
      cluster,
      "group",
      group,
      "topic",
      each.topic(),
      "partition",
      number,
      "client_id",
      each.member(),
      "consumer_id",
      "",
      "member_host",
      ""
    };
    text.gauge(OF_GROUP + "offset", "Last group consumed offset of a partition")
        .sample(each.committed().isPresent() ? each.committed().getAsLong() : Double.NaN, of);
    text.gauge(OF_GROUP + "lag", "Group offset lag of a partition")
        .sample(
            each.now().records().isPresent() ? each.now().records().getAsLong() : Double.NaN, of);
    text.gauge(OF_GROUP + "lag_seconds", "Group time lag of a partition")
        .sample(each.now().seconds().orElse(Double.NaN), of);
  }
}
