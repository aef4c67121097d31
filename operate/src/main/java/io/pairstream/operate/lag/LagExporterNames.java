package io.pairstream.operate.lag;

import static io.pairstream.operate.lag.ClusterMetrics.known;

import io.pairstream.service.report.PrometheusText;
import java.util.Arrays;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Lag by the names and labels of kafka-lag-exporter, for boards that were made for it. The labels
 * {@code member_host} and {@code consumer_id} are empty, as nobody asks for them.
 *
 * <p>Source: https://github.com/seglo/kafka-lag-exporter#metrics
 */
record LagExporterNames(String cluster, PrometheusText text) {

  void write(LagReport report) {
    for (GroupLag group : report.groups()) {
      group.partitions().forEach(each -> partition(group.group(), each));
      String[] of = {"group", group.group()};
      Map<String, LongSummaryStatistics> topics =
          group.partitions().stream()
              .filter(each -> each.now().records().isPresent())
              .collect(
                  Collectors.groupingBy(
                      PartitionLag::topic,
                      Collectors.summarizingLong(each -> each.now().records().getAsLong())));
      LongSummaryStatistics all = new LongSummaryStatistics();
      topics.values().forEach(all::combine);
      boolean unknown = topics.isEmpty();
      ofGroup("max_lag", "Max group offset lag", unknown ? Double.NaN : all.getMax(), of);
      ofGroup("sum_lag", "Sum of group offset lag", unknown ? Double.NaN : all.getSum(), of);
      var ages = group.partitions().stream().flatMapToDouble(each -> each.now().seconds().stream());
      ofGroup("max_lag_seconds", "Max group time lag", known(ages.max()), of);
      String help = "Sum of group offset lag across a topic";
      topics.forEach(
          (topic, sum) ->
              ofGroup(
                  "topic_sum_lag",
                  help,
                  (double) sum.getSum(),
                  "group",
                  group.group(),
                  "topic",
                  topic));
    }
  }

  private void partition(String group, PartitionLag each) {
    String number = String.valueOf(each.partition());
    String[] place = {"topic", each.topic(), "partition", number};
    add("partition_latest_offset", "Latest offset of a partition", (double) each.end(), place);
    add(
        "partition_earliest_offset",
        "Earliest offset of a partition",
        (double) each.logStart(),
        place);
    String[] of = {
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
    String last = "Last group consumed offset of a partition";
    ofGroup("offset", last, known(each.committed()), of);
    ofGroup("lag", "Group offset lag of a partition", known(each.now().records()), of);
    ofGroup("lag_seconds", "Group time lag of a partition", known(each.now().seconds()), of);
  }

  private void ofGroup(String name, String help, double value, String... of) {
    add("consumergroup_group_" + name, help, value, of);
  }

  private void add(String name, String help, double value, String... of) {
    String[] labels = Arrays.copyOf(of, of.length + 2);
    labels[of.length] = "cluster_name";
    labels[of.length + 1] = cluster;
    text.gauge("kafka_" + name, help).sample(value, labels);
  }
}
