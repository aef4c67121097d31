package io.pairstream.service.publish;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** The leaders of topics' partitions: one that lists its partition's offsets hosts it. */
final class TopicLeaders {

  private TopicLeaders() {}

  /**
   * Returns once the leader of every partition of every topic has answered.
   *
   * @param timeout for each of two questions
   * @throws ExecutionException with what Kafka answers where a topic or a leader is missing
   * @throws TimeoutException where there is no answer in time
   */
  static void ask(Admin admin, List<String> topics, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<String, TopicDescription> described =
        admin.describeTopics(topics).allTopicNames().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    Map<TopicPartition, OffsetSpec> ends =
        described.values().stream()
            .flatMap(
                topic ->
                    topic.partitions().stream()
                        .map(part -> new TopicPartition(topic.name(), part.partition())))
            .collect(Collectors.toMap(partition -> partition, part -> OffsetSpec.latest()));
    var unused = admin.listOffsets(ends).all().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
