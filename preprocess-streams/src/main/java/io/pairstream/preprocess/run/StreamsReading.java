package io.pairstream.preprocess.run;

import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KafkaStreams;

/** Status of Kafka Streams' threads: their states, and how long transactions take. */
record StreamsReading(KafkaStreams streams) implements Consumer<Reading> {

  private static final String OF_THREADS = "stream-thread-metrics";

  SelfReport.State state() {
    return switch (streams.state()) {
      case CREATED -> SelfReport.State.STARTING;
      case RUNNING -> SelfReport.State.RUNNING;
      case REBALANCING -> SelfReport.State.REBALANCING;
      case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR -> SelfReport.State.STOPPING;
    };
  }

  List<String> assigned() {
    return SelfReport.names(
        streams.metadataForLocalThreads().stream()
            .flatMap(thread -> thread.activeTasks().stream())
            .flatMap(task -> task.topicPartitions().stream()));
  }

  @Override
  public void accept(Reading reading) {
    Map<String, DoubleSummaryStatistics> ofThreads =
        streams.metrics().values().stream()
            .filter(metric -> metric.metricName().group().equals(OF_THREADS))
            .filter(metric -> metric.metricValue() instanceof Double value && !value.isNaN())
            .collect(
                Collectors.groupingBy(
                    metric -> metric.metricName().name(),
                    Collectors.summarizingDouble(metric -> (Double) metric.metricValue())));
    DoubleSummaryStatistics none = new DoubleSummaryStatistics();
    reading.counter("commits_total", (long) ofThreads.getOrDefault("commit-total", none).getSum());
    if (ofThreads.containsKey("commit-latency-max")) {
      reading.gauge("commit_seconds_max", ofThreads.get("commit-latency-max").getMax() / 1e3);
    }
    if (ofThreads.containsKey("process-ratio")) {
      reading.gauge(
          "commit_seconds_mean",
          ofThreads.getOrDefault("commit-latency-avg", none).getAverage() / 1e3);
      for (String part : List.of("process", "poll", "commit", "punctuate")) {
        double share = ofThreads.getOrDefault(part + "-ratio", none).getAverage();
        reading.gauge("thread_time_ratio", share, "spent", part);
      }
    }
    boolean works = streams.state().isRunningOrRebalancing();
    reading.gauge("stream_threads_alive", works ? streams.metadataForLocalThreads().size() : 0);
  }
}
