package io.pairstream.preprocess.run;

import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;

/** What Kafka Streams knows of its threads: what they are at, and how long transactions take. */
final class StreamsReading implements Consumer<Reading> {

  private static final String OF_THREADS = "stream-thread-metrics";

  private final KafkaStreams streams;

  StreamsReading(KafkaStreams streams) {
    this.streams = streams;
  }

  SelfReport.State state() {
    return switch (streams.state()) {
      case CREATED -> SelfReport.State.STARTING;
      case RUNNING -> SelfReport.State.RUNNING;
      case REBALANCING -> SelfReport.State.REBALANCING;
      case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR -> SelfReport.State.STOPPING;
    };
  }

  List<String> assigned() {
    return streams.metadataForLocalThreads().stream()
        .flatMap(thread -> thread.activeTasks().stream())
        .flatMap(task -> task.topicPartitions().stream())
        .sorted(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
        .map(TopicPartition::toString)
        .toList();
  }

  @Override
  public void accept(Reading reading) {
    Map<String, Double> sums = new HashMap<>();
    double longestCommit = Double.NaN;
    double commits = 0;
    int threads = 0;
    for (Map.Entry<MetricName, ? extends Metric> entry : streams.metrics().entrySet()) {
      MetricName name = entry.getKey();
      if (name.group().equals(OF_THREADS)
          && entry.getValue().metricValue() instanceof Double value
          && !value.isNaN()) {
        switch (name.name()) {
          case "commit-latency-max" ->
              longestCommit = Double.isNaN(longestCommit) ? value : Math.max(longestCommit, value);
          case "commit-total" -> commits += value;
          case "process-ratio" -> threads++;
          default -> {
            // Means and shares are summed below.
          }
        }
        var unused = sums.merge(name.name(), value, Double::sum);
      }
    }
    reading.gauge("commit_seconds_max", longestCommit / 1e3);
    reading.counter("commits_total", (long) commits);
    if (threads > 0) {
      reading.gauge(
          "commit_seconds_mean", sums.getOrDefault("commit-latency-avg", 0.0) / threads / 1e3);
      for (String part : List.of("process", "poll", "commit", "punctuate")) {
        double share = sums.getOrDefault(part + "-ratio", 0.0) / threads;
        reading.gauge("thread_time_ratio", share, "spent", part);
      }
    }
    reading.gauge(
        "stream_threads_alive",
        Stream.of(streams.state())
            .filter(KafkaStreams.State::isRunningOrRebalancing)
            .mapToLong(state -> streams.metadataForLocalThreads().size())
            .sum());
  }
}
