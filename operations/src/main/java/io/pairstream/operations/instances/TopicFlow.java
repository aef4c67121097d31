package io.pairstream.operations.instances;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * How much has come to each topic, by the offsets at its ends, committed records alone. The end of
 * each transaction takes an offset too, so a topic that is written in transactions counts a little
 * high. Thread-safe.
 */
final class TopicFlow {

  /** Rates are taken over so long. */
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Sums over a topic's partitions. */
  private record Sample(Instant at, Map<String, Long> ends) {}

  /**
   * Reads the ends of topics.
   *
   * @throws KafkaException where the brokers do not answer
   */
  void sample(Admin admin, Collection<TopicDescription> topics, Instant now)
      throws InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicDescription topic : topics) {
      topic
          .partitions()
          .forEach(
              partition ->
                  wanted.put(
                      new TopicPartition(topic.name(), partition.partition()),
                      OffsetSpec.latest()));
    }
    Map<TopicPartition, ListOffsetsResultInfo> found =
        KafkaAnswers.get(
            admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all());
    Map<String, Long> ends = new HashMap<>();
    found.forEach((partition, end) -> ends.merge(partition.topic(), end.offset(), Long::sum));
    note(ends, now);
  }

  synchronized void note(Map<String, Long> ends, Instant now) {
    samples.addLast(new Sample(now, Map.copyOf(ends)));
    while (samples.size() > 2
        && Duration.between(samples.getFirst().at(), now).compareTo(WINDOW) > 0) {
      samples.removeFirst();
    }
  }

  /** What has ever come to a topic; NaN where that is not known. */
  synchronized double total(String topic) {
    Long total = samples.isEmpty() ? null : samples.getLast().ends().get(topic);
    return total == null ? Double.NaN : total;
  }

  /** What came per second of late; NaN where that is not known. */
  synchronized double perSecond(String topic) {
    if (samples.size() < 2) {
      return Double.NaN;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    Long before = first.ends().get(topic);
    Long now = last.ends().get(topic);
    double seconds = Duration.between(first.at(), last.at()).toMillis() / 1e3;
    return before == null || now == null || seconds <= 0 || now < before
        ? Double.NaN
        : (now - before) / seconds;
  }
}
