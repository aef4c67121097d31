package io.pairstream.chaos.run;

import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The next offset that preprocessing had to do of each raw partition, whenever it was asked, by
 * what was committed for good. The output of a record from there on is of a transaction that ended
 * later. Thread-safe.
 */
final class CommittedPlaces {

  private final NavigableMap<Instant, Map<TopicPartition, Long>> answers =
      new ConcurrentSkipListMap<>();

  /**
   * Adds an answer.
   *
   * @param asked when the question was put, not when it was answered
   * @param offsets the next to be done; without partitions of which a commit was under way
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
