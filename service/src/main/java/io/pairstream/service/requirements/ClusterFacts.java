package io.pairstream.service.requirements;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * What a cluster tells of itself.
 *
 * @param address where it was asked: {@code host:port}, several with commas between
 * @param alive ids of the brokers that are there
 * @param settings of each broker
 * @param features their finalized levels by name; without those that are at 0
 * @param topics those that exist and were asked for, by name
 * @param untold why nothing is known of a topic that was asked for, by name
 */
record ClusterFacts(
    String address,
    Set<Integer> alive,
    Answer<List<Map<String, String>>> settings,
    Answer<Map<String, Integer>> features,
    Map<String, TopicFacts> topics,
    Map<String, String> untold) {

  static final String TRANSACTIONS = "__transaction_state";
  static final String OFFSETS = "__consumer_offsets";

  /** Kafka's own topics, on which transactions and groups rest. */
  static final List<String> INTERNAL = List.of(TRANSACTIONS, OFFSETS);

  /**
   * A topic.
   *
   * @param settings in force, its own and the brokers'
   */
  record TopicFacts(TopicDescription description, Answer<Map<String, String>> settings) {}

  /**
   * An answer, or why there is none.
   *
   * @param value empty where we have no right to know
   * @param refusal why; empty where there is an answer
   */
  record Answer<T>(Optional<T> value, String refusal) {

    static <T> Answer<T> of(T value) {
      return new Answer<>(Optional.of(value), "");
    }

    static <T> Answer<T> not(String why) {
      return new Answer<>(Optional.empty(), why);
    }

    static <T> Answer<T> to(KafkaFuture<T> question) {
      try {
        return of(KafkaAnswers.await(question));
      } catch (AuthorizationException | UnsupportedVersionException e) {
        return not(String.valueOf(e.getMessage()));
      }
    }

    <U> U fold(Function<T, U> ifTold, Function<String, U> ifNot) {
      return value.map(ifTold).orElseGet(() -> ifNot.apply(refusal));
    }
  }

  /**
   * Asks a cluster for all that is judged.
   *
   * @throws KafkaException where nobody answers in time
   */
  static ClusterFacts ask(Admin admin, String address, Collection<String> topics) {
    Set<Integer> alive =
        KafkaAnswers.await(admin.describeCluster().nodes()).stream()
            .map(Node::id)
            .collect(Collectors.toSet());
    Map<String, KafkaFuture<TopicDescription>> descriptions =
        admin.describeTopics(topics).topicNameValues();
    Map<ConfigResource, KafkaFuture<Config>> configs =
        admin.describeConfigs(topics.stream().map(ClusterFacts::topic).toList()).values();
    Map<String, TopicFacts> found = new LinkedHashMap<>();
    Map<String, String> untold = new HashMap<>();
    for (String name : topics) {
      try {
        Answer<TopicDescription> described = Answer.to(descriptions.get(name));
        if (described.value().isEmpty()) {
          untold.put(name, described.refusal());
        } else {
          found.put(
              name,
              new TopicFacts(
                  described.value().get(),
                  Answer.to(configs.get(topic(name)).thenApply(ClusterFacts::values))));
        }
      } catch (UnknownTopicOrPartitionException e) {
        // Neither found nor untold: it is missing.
      }
    }
    return new ClusterFacts(
        address,
        alive,
        Answer.to(
            admin
                .describeConfigs(alive.stream().map(ClusterFacts::broker).toList())
                .all()
                .thenApply(all -> all.values().stream().map(ClusterFacts::values).toList())),
        Answer.to(admin.describeFeatures().featureMetadata().thenApply(ClusterFacts::levels)),
        found,
        untold);
  }

  /** How many brokers the cluster has: those that are there, and those that copies belong on. */
  int brokers() {
    Set<Integer> all = new HashSet<>(alive);
    topics.values().stream()
        .flatMap(topic -> topic.description().partitions().stream())
        .flatMap(partition -> partition.replicas().stream())
        .forEach(node -> all.add(node.id()));
    return all.size();
  }

  /** A topic's settings; nothing where it is not there or does not tell. */
  Optional<Map<String, String>> settingsOf(String topic) {
    return Optional.ofNullable(topics.get(topic)).flatMap(found -> found.settings().value());
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  private static ConfigResource broker(int id) {
    return new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id));
  }

  private static Map<String, Integer> levels(FeatureMetadata features) {
    return features.finalizedFeatures().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, f -> (int) f.getValue().maxVersionLevel()));
  }

  /** Without what is kept secret, which has no value. */
  private static Map<String, String> values(Config config) {
    return config.entries().stream()
        .filter(entry -> entry.value() != null)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }
}
