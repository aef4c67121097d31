package io.pairstream.service.table;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * What a view follows, and what it makes of it.
 *
 * @param name what people call the view
 * @param topics full names of the topics, at least one; records of several topics come in no
 *     particular order
 * @param version changes when the fold makes something else of the same records; copies made by
 *     another version are made again. Empty for the first.
 * @param fold what a record does
 * @param kept how long an entry is kept after the record that wrote it last; empty for ever
 */
public record ViewPlan(
    String name, List<String> topics, String version, Fold fold, Optional<Duration> kept) {

  public ViewPlan {
    topics = List.copyOf(topics);
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("a view follows at least one topic");
    }
  }

  /** A view of one topic. */
  public ViewPlan(String topic, Fold fold, Optional<Duration> kept) {
    this(topic, List.of(topic), "", fold, kept);
  }

  /** A compacted topic: the last value of each key. */
  public static ViewPlan lastOfEachKey(String topic) {
    return new ViewPlan(topic, Fold.lastOfEachKey(), Optional.empty());
  }

  /** How the table names a partition. */
  String label(TopicPartition partition) {
    return topics.size() == 1
        ? String.valueOf(partition.partition())
        : partition.topic() + "-" + partition.partition();
  }
}
