package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Topics that a service cannot work without, and that are not there. */
public final class MissingTopics {

  private MissingTopics() {}

  /**
   * Which are missing, and the command that makes them like those that are there. Waits for the
   * answers.
   *
   * @param answers to the question for each topic, by name
   */
  public static String sentence(Dataset dataset, Map<String, KafkaFuture<TopicDescription>> answers)
      throws InterruptedException {
    TreeSet<String> missing = new TreeSet<>();
    Map<String, CreateCommand.Layout> found = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
      try {
        found.put(answer.getKey(), layout(answer.getValue().get()));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          missing.add(answer.getKey());
        }
      }
    }
    return "topics are missing: "
        + Words.some(List.copyOf(missing))
        + "; run: "
        + CreateCommand.of(dataset, found, found.isEmpty() ? Copies.RIGHT_COPIES : 1);
  }

  private static CreateCommand.Layout layout(TopicDescription topic) {
    return new CreateCommand.Layout(
        topic.partitions().size(),
        topic.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .max()
            .orElse(1));
  }
}
