package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.verdict.LearntPace;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Where what is usual for groups outlives a restart. */
public interface PaceMemory {

  /** One that forgets. */
  PaceMemory NONE =
      new PaceMemory() {
        @Override
        public void keep(String group, Map<TopicPartition, LearntPace> pace) {
          // Nothing is kept.
        }

        @Override
        public Map<TopicPartition, LearntPace> of(String group) {
          return Map.of();
        }
      };

  /** Keeps a group's, in place of what was kept of it before. */
  void keep(String group, Map<TopicPartition, LearntPace> pace);

  /** What was kept of a group; nothing where that cannot be read. */
  Map<TopicPartition, LearntPace> of(String group);
}
