package io.pairstream.tools.topics;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes every topic of a catalogue and registers its schemas.
 *
 * <p>What is there already stays: a topic whose settings differ is brought to the catalogue's, one
 * with another number of partitions is refused before anything is changed. What an operator has set
 * for good reason is left and said: a limit that is larger, and a shorter time for raw records and
 * quarantine, whose bytes may have to go sooner. Returns only when every partition takes records.
 *
 * @param replicationFactor copies of each partition, at least 1, or {@link #BROKER_DEFAULT}
 */
public record CreateTopics(ClusterAccess cluster, short replicationFactor) {

  /** Lets the broker decide. */
  public static final short BROKER_DEFAULT = -1;

  /**
   * Outcome for one topic.
   *
   * @param altered settings that the topic had otherwise and now has as here; empty unless {@link
   *     Action#ALTERED}
   * @param left settings that differ from the catalogue's and were left, with the topic's values:
   *     of limits the larger ones, and a shorter time where the topic's operator may want its bytes
   *     gone
   */
  public record Outcome(
      String topic,
      Action action,
      int partitions,
      Map<String, String> altered,
      Map<String, String> left) {

    /** Action on the topic. */
    public enum Action {
      CREATED,
      ALTERED,
      UNCHANGED
    }
  }

  private static final Duration UNTIL_WRITABLE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /**
   * Does it, and says what was done per topic, in the catalogue's order.
   *
   * @throws TopicMismatchException where a topic has another number of partitions
   * @throws io.pairstream.schemas.wire.MissingSchemaException where a schema breaks one that stands
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer
   */
  public List<Outcome> create(TopicCatalogue catalogue) {
    List<TopicSpec> specs = catalogue.topics();
    List<String> names = specs.stream().map(TopicSpec::name).toList();
    try (Admin admin = cluster.admin()) {
      requireFit(admin, specs);
      // Schemas first: a topic that exists is a topic that can be written.
      register(specs);

      Set<String> created = createUnlessThere(admin, specs);
      Map<String, TopicDescription> made =
          untilKnown(() -> KafkaAnswers.await(admin.describeTopics(names).allTopicNames()));
      // Again: another process may have made one meanwhile.
      requirePartitions(specs, made);
      // The broker answers createTopics before it hosts the partitions, and a producer that is
      // faster than it loses records to KAFKA-15591.
      untilKnown(() -> ClusterAccess.veryEnds(admin, LogEnds.partitions(made.values())));
      return alter(admin, specs, made, created);
    }
  }

  /**
   * Changes nothing.
   *
   * @throws TopicMismatchException where a topic that is there has another number of partitions
   */
  public static void requireFit(Admin admin, List<TopicSpec> specs) {
    List<String> names = specs.stream().map(TopicSpec::name).toList();
    requirePartitions(specs, ClusterAccess.existing(admin, names));
  }

  private static void requirePartitions(
      List<TopicSpec> specs, Map<String, TopicDescription> existing) {
    String wrong =
        specs.stream()
            .filter(spec -> existing.containsKey(spec.name()))
            .filter(spec -> existing.get(spec.name()).partitions().size() != spec.partitions())
            .map(
                spec ->
                    spec.name()
                        + " has "
                        + existing.get(spec.name()).partitions().size()
                        + (spec.partitions() == 1 ? " instead of 1" : ""))
            .collect(Collectors.joining(", "));
    if (!wrong.isEmpty()) {
      throw new TopicMismatchException(
          "asked for "
              + specs.get(0).partitions()
              + (specs.get(0).partitions() == 1 ? " partition" : " partitions")
              + " per topic, but "
              + wrong
              + "; the number never changes: ask for the same, or take another data set");
    }
  }

  private void register(List<TopicSpec> specs) {
    for (TopicSpec spec : specs) {
      spec.valueSchema()
          .ifPresent(schema -> cluster.registry().register(spec.name() + "-value", schema));
    }
  }

  /**
   * Answers the topics that were not there. All in one request: a broker writes each request down
   * before it answers.
   */
  private Set<String> createUnlessThere(Admin admin, List<TopicSpec> specs) {
    List<NewTopic> topics = specs.stream().map(this::newTopic).toList();
    Set<String> names = new HashSet<>();
    admin
        .createTopics(topics)
        .values()
        .forEach(
            (name, created) -> {
              try {
                KafkaAnswers.await(created);
                names.add(name);
              } catch (TopicExistsException e) {
                // Its settings are looked at below.
              }
            });
    return names;
  }

  private NewTopic newTopic(TopicSpec spec) {
    return new NewTopic(
            spec.name(),
            Optional.of(spec.partitions()),
            replicationFactor == BROKER_DEFAULT ? Optional.empty() : Optional.of(replicationFactor))
        .configs(spec.config());
  }

  private static List<Outcome> alter(
      Admin admin,
      List<TopicSpec> specs,
      Map<String, TopicDescription> described,
      Set<String> created) {
    List<ConfigResource> resources = specs.stream().map(CreateTopics::resource).toList();
    Map<ConfigResource, Config> found =
        untilKnown(() -> KafkaAnswers.await(admin.describeConfigs(resources).all()));

    Map<ConfigResource, Collection<AlterConfigOp>> operations = new HashMap<>();
    List<Outcome> outcomes = new ArrayList<>();
    for (TopicSpec spec : specs) {
      Map<String, String> changes = new LinkedHashMap<>();
      Map<String, String> left = new LinkedHashMap<>();
      spec.config()
          .forEach(
              (name, value) -> {
                ConfigEntry entry = found.get(resource(spec)).get(name);
                if (entry == null || !isLeft(spec, entry)) {
                  changes.put(name, value);
                } else if (!value.equals(entry.value())) {
                  left.put(name, entry.value());
                }
              });
      changes.putAll(safer(described.get(spec.name()), found.get(resource(spec))));
      Outcome.Action action =
          created.contains(spec.name())
              ? Outcome.Action.CREATED
              : changes.isEmpty() ? Outcome.Action.UNCHANGED : Outcome.Action.ALTERED;
      outcomes.add(new Outcome(spec.name(), action, spec.partitions(), changes, left));
      if (!changes.isEmpty()) {
        operations.put(
            resource(spec),
            changes.entrySet().stream()
                .map(
                    change ->
                        new AlterConfigOp(
                            new ConfigEntry(change.getKey(), change.getValue()),
                            AlterConfigOp.OpType.SET))
                .toList());
      }
    }
    if (!operations.isEmpty()) {
      KafkaAnswers.await(admin.incrementalAlterConfigs(operations).all());
    }
    return outcomes;
  }

  /** A shorter time counts as intended only where the topic itself has it, not its brokers. */
  private static boolean isLeft(TopicSpec spec, ConfigEntry entry) {
    return spec.isAtLeast(entry.name(), entry.value())
        || (spec.mayBeLess(entry.name())
            && entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
  }

  /**
   * Requires two of three copies to hold a record before it is acknowledged; Kafka's own default is
   * one, which may be the one that is lost. A topic that requires more keeps its setting.
   */
  static Map<String, String> safer(TopicDescription topic, Config found) {
    int copies =
        topic.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElse(0);
    ConfigEntry minInSync = found.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    return copies >= 3 && minInSync != null && minInSync.value().equals("1")
        ? Map.of(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2")
        : Map.of();
  }

  /** Asks again while it is answered by brokers that have not heard of all topics yet. */
  private static <T> T untilKnown(Supplier<T> question) {
    long deadline = System.nanoTime() + UNTIL_WRITABLE.toNanos();
    while (true) {
      try {
        return question.get();
      } catch (RetriableException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Utils.sleep(PAUSE.toMillis());
      }
    }
  }

  private static ConfigResource resource(TopicSpec spec) {
    return new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
  }
}
