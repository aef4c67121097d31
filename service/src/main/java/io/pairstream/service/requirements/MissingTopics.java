package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
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
  public static String sentence(
      Dataset dataset, Map<String, KafkaFuture<TopicDescription>> answers) {
    TreeSet<String> missing = new TreeSet<>();
    List<TopicDescription> found = new ArrayList<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
      try {
        found.add(KafkaAnswers.await(answer.getValue()));
      } catch (UnknownTopicOrPartitionException e) {
        missing.add(answer.getKey());
      } catch (RuntimeException e) {
        // It is there, and is not shown.
      }
    }
    return "topics are missing: "
        + Check.some(List.copyOf(missing))
        + "; run: "
        + createCommand(dataset, found, found.isEmpty() ? Copies.RIGHT_COPIES : 1);
  }

  /**
   * The command that makes what is missing of a data set's topics like those that are there, and
   * sets all of them.
   *
   * @param leastCopies copies that a topic must have here, however many the others have
   */
  static String createCommand(
      Dataset dataset, Collection<TopicDescription> found, int leastCopies) {
    Set<String> inOneOrder =
        Set.of(dataset.topic(TopicCatalogue.VIEWS), dataset.topic(TopicCatalogue.RUNS));
    OptionalInt partitions =
        found.stream()
            .filter(topic -> !inOneOrder.contains(topic.name()))
            .mapToInt(topic -> topic.partitions().size())
            .max();
    int copies =
        found.stream()
            .flatMap(topic -> topic.partitions().stream())
            .mapToInt(partition -> partition.replicas().size())
            .reduce(leastCopies, Math::max);
    String command = "pairstream topics create --dataset " + dataset.name() + " --partitions ";
    String copied = " --replication-factor " + copies;
    return partitions.isPresent()
        ? command + partitions.getAsInt() + copied
        : command
            + "N"
            + copied
            + ", with N, for good, as many as stream threads may ever work at a time"
            + (copies < Copies.RIGHT_COPIES
                ? ""
                : "; on fewer than " + copies + " brokers with as many copies as brokers");
  }
}
