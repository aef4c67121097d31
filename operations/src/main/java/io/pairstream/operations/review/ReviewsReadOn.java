package io.pairstream.operations.review;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** The committed reviews, each time from where the last reading ended. Not thread-safe. */
final class ReviewsReadOn {

  private final ClusterAccess cluster;
  private final CommittedLog log;
  private final Map<TopicPartition, Long> next;

  /**
   * @param log lent for as long as this is used
   */
  ReviewsReadOn(ClusterAccess cluster, CommittedLog log) {
    this.cluster = cluster;
    this.log = log;
    this.next = new HashMap<>(log.beginnings(log.partitions(cluster.topics().reviews().name())));
  }

  /** Reads those that are new, in no particular order. */
  void readOn(Consumer<Review> each) {
    Topic<String, Review> topic = cluster.topics().reviews();
    Map<TopicPartition, Stretch> stretches = new HashMap<>();
    log.ends(next.keySet()).forEach((tp, end) -> stretches.put(tp, new Stretch(next.get(tp), end)));
    log.read(
        stretches,
        record -> {
          if (record.value() != null) {
            try {
              each.accept(topic.value().deserializer().deserialize(topic.name(), record.value()));
            } catch (SerializationException e) {
              cluster.requireRegistry(); // it is nobody's
            }
          }
          return true;
        });
    stretches.forEach((tp, stretch) -> next.put(tp, Math.max(stretch.from(), stretch.to())));
  }
}
