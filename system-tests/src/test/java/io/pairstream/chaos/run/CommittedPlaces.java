package io.pairstream.chaos.run;

import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.TopicPartition;

/**
 * How far preprocessing had committed each raw partition, whenever it was asked. Nothing behind
 * such a place was done for good then: its output is the work of a later transaction. Thread-safe.
 */
final class CommittedPlaces {

  private final NavigableMap<Instant, Map<TopicPartition, Long>> answers =
      new ConcurrentSkipListMap<>();

  /**
   * Adds an answer.
   *
   * @param asked when the question was put, not when it was answered
   * @param offsets the next to be done of each partition
   */
  void add(Instant asked, Map<TopicPartition, Long> offsets) {
    answers.put(asked, Map.copyOf(offsets));
  }

  /** The next offset to be done by the first answer to a question put after an instant. */
  OptionalLong askedAfter(Instant instant, TopicPartition partition) {
    return answers.tailMap(instant, false).values().stream()
        .filter(offsets -> offsets.containsKey(partition))
        .mapToLong(offsets -> offsets.get(partition))
        .findFirst();
  }
}
