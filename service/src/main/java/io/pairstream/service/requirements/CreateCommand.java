package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The command that makes what is missing of a data set's topics like those that are there, and sets
 * all of them.
 */
final class CreateCommand {

  /**
   * How a topic is laid out.
   *
   * @param copies of the partition that has the most
   */
  record Layout(int partitions, int copies) {}

  private CreateCommand() {}

  /**
   * The command.
   *
   * @param found those that are there, by name
   * @param least copies that a topic must have here, however many the others have
   */
  static String of(Dataset dataset, Map<String, Layout> found, int least) {
    Set<String> inOneOrder =
        Set.of(dataset.topic(TopicCatalogue.VIEWS), dataset.topic(TopicCatalogue.RUNS));
    OptionalInt partitions =
        found.entrySet().stream()
            .filter(topic -> !inOneOrder.contains(topic.getKey()))
            .mapToInt(topic -> topic.getValue().partitions())
            .max();
    int copies = Math.max(least, found.values().stream().mapToInt(Layout::copies).max().orElse(0));
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
