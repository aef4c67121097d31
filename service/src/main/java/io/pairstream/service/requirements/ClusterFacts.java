package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Settings and state of a cluster, as its brokers describe them.
 *
 * @param address where it was asked: {@code host:port}, several with commas between
 * @param alive ids of the brokers that are there
 * @param brokers settings of each broker
 * @param features their finalized levels by name; without those that are at 0
 * @param topics those that exist and were asked for, by name
 * @param refused reason for each fact that the cluster refuses to give, topics by name
 */
record ClusterFacts(
    String address,
    Set<Integer> alive,
    List<Map<String, String>> brokers,
    Map<String, Integer> features,
    Map<String, TopicFacts> topics,
    Map<String, String> refused) {

  static final String TRANSACTIONS = "__transaction_state";
  static final String OFFSETS = "__consumer_offsets";

  /** Kafka's own topics, on which transactions and groups rest. */
  static final List<String> INTERNAL = List.of(TRANSACTIONS, OFFSETS);

  static final String FEATURES = "the brokers' features";
  private static final String SETTINGS = "the brokers' settings";

  /**
   * A topic.
   *
   * @param settings in force, its own and the brokers'; empty where it does not tell
   */
  record TopicFacts(TopicDescription description, Map<String, String> settings) {

    int partitions() {
      return description.partitions().size();
    }

    /** How it is kept; empty where it does not tell. */
    Optional<Kept> kept() {
      int copies =
          description.partitions().stream().mapToInt(one -> one.replicas().size()).min().orElse(0);
      return settings.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Kept(
                  description.name(),
                  copies,
                  Integer.parseInt(
                      settings.getOrDefault(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "1")),
                  "true".equals(settings.get(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG))));
    }
  }

  /**
   * How a topic is kept.
   *
   * @param copies of the partition that has the fewest
   * @param minInSync the topic's {@code min.insync.replicas}
   * @param unclean whether an out-of-sync replica may become leader
   */
  record Kept(String topic, int copies, int minInSync, boolean unclean) {

    /** Copies that must be up to date before a record is acknowledged: no more than there are. */
    int inSync() {
      return Math.min(minInSync, copies);
    }
  }

  /**
   * Asks a cluster for all that is judged.
   *
   * @throws org.apache.kafka.common.KafkaException where no broker answers in time
   */
  static ClusterFacts ask(Admin admin, String address, Collection<String> names) {
    Set<Integer> alive =
        KafkaAnswers.await(admin.describeCluster().nodes()).stream()
            .map(Node::id)
            .collect(Collectors.toSet());
    Map<String, String> refused = new TreeMap<>();
    Map<String, KafkaFuture<TopicDescription>> descriptions =
        admin.describeTopics(names).topicNameValues();
    Map<ConfigResource, KafkaFuture<Config>> configs =
        admin.describeConfigs(names.stream().map(ClusterFacts::topic).toList()).values();
    Map<String, TopicFacts> topics = new LinkedHashMap<>();
    for (String name : names) {
      try {
        TopicDescription described =
            answer(descriptions.get(name), Function.identity(), null, name, refused);
        if (described != null) {
          KafkaFuture<Config> config = configs.get(topic(name));
          topics.put(
              name,
              new TopicFacts(
                  described, answer(config, ClusterFacts::values, Map.of(), name, refused)));
        }
      } catch (UnknownTopicOrPartitionException e) {
        // Neither found nor refused: it is missing.
      }
    }
    // Users of another registry have no such topic.
    refused.remove(TopicCatalogue.SCHEMAS);
    List<ConfigResource> brokers =
        alive.stream()
            .map(id -> new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id)))
            .toList();
    return new ClusterFacts(
        address,
        alive,
        answer(
            admin.describeConfigs(brokers).all(),
            all -> all.values().stream().map(ClusterFacts::values).toList(),
            List.of(),
            SETTINGS,
            refused),
        answer(
            admin.describeFeatures().featureMetadata(),
            all ->
                all.finalizedFeatures().entrySet().stream()
                    .collect(
                        Collectors.toMap(
                            Map.Entry::getKey, level -> (int) level.getValue().maxVersionLevel())),
            Map.of(),
            FEATURES,
            refused),
        topics,
        refused);
  }

  /** How many brokers the cluster has: those that are there, and those that copies belong on. */
  int size() {
    Set<Integer> all = new HashSet<>(alive);
    topics.values().stream()
        .flatMap(topic -> topic.description().partitions().stream())
        .flatMap(partition -> partition.replicas().stream())
        .forEach(node -> all.add(node.id()));
    return all.size();
  }

  /** A topic's settings; empty where it is not there or does not tell. */
  Map<String, String> settingsOf(String topic) {
    return topics.containsKey(topic) ? topics.get(topic).settings() : Map.of();
  }

  /**
   * The answer; where the cluster refuses it, {@code otherwise}, and the reason is noted in {@code
   * refused}.
   */
  private static <A, T> T answer(
      KafkaFuture<A> question,
      Function<A, T> reading,
      T otherwise,
      String what,
      Map<String, String> refused) {
    try {
      return reading.apply(KafkaAnswers.await(question));
    } catch (AuthorizationException | UnsupportedVersionException e) {
      refused.put(what, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  /** Settings without secret ones, which have no value. */
  private static Map<String, String> values(Config config) {
    return config.entries().stream()
        .filter(entry -> entry.value() != null)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }
}
