package io.pairstream.service.requirements;

import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.requirements.ClusterFacts.PartitionFacts;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * Asks a cluster for all that is judged. What it may not tell us is left open; a cluster that does
 * not answer ends the questions with the client's own exception.
 */
final class ClusterQuestions {

  private final Admin admin;

  ClusterQuestions(Admin admin) {
    this.admin = admin;
  }

  /**
   * Asks.
   *
   * @throws KafkaException where nobody answers in time
   */
  ClusterFacts ask(String address, Collection<String> topics) {
    Set<Integer> alive =
        KafkaAnswers.await(admin.describeCluster().nodes()).stream()
            .map(Node::id)
            .collect(Collectors.toSet());
    Map<String, TopicFacts> found = new LinkedHashMap<>();
    Map<String, String> untold = new HashMap<>();
    describe(topics, found, untold);
    ClusterAnswer<Map<String, Integer>> features =
        told(admin.describeFeatures().featureMetadata())
            .fold(
                answer -> ClusterAnswer.of(levels(answer)), refusal -> ClusterAnswer.not(refusal));
    return new ClusterFacts(address, Set.copyOf(alive), settings(alive), features, found, untold);
  }

  private static Map<String, Integer> levels(FeatureMetadata features) {
    Map<String, Integer> levels = new TreeMap<>();
    features
        .finalizedFeatures()
        .forEach((name, range) -> levels.put(name, (int) range.maxVersionLevel()));
    return levels;
  }

  private void describe(
      Collection<String> topics, Map<String, TopicFacts> found, Map<String, String> untold) {
    Map<String, TopicDescription> described = new LinkedHashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer :
        admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        ClusterAnswer<TopicDescription> told = told(answer.getValue());
        if (told.answer().isPresent()) {
          described.put(answer.getKey(), told.answer().get());
        } else {
          untold.put(answer.getKey(), told.refusal());
        }
      } catch (UnknownTopicOrPartitionException e) {
        // Neither found nor untold: it is missing.
      }
    }
    List<ConfigResource> resources =
        described.keySet().stream()
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    Map<ConfigResource, KafkaFuture<Config>> configs = admin.describeConfigs(resources).values();
    for (ConfigResource resource : resources) {
      try {
        ClusterAnswer<Map<String, String>> settings =
            told(configs.get(resource))
                .fold(
                    config -> ClusterAnswer.of(values(config)),
                    refusal -> ClusterAnswer.not(refusal));
        found.put(
            resource.name(), new TopicFacts(partitions(described.get(resource.name())), settings));
      } catch (UnknownTopicOrPartitionException e) {
        // Deleted a moment ago.
      }
    }
  }

  private ClusterAnswer<Map<Integer, Map<String, String>>> settings(Set<Integer> brokers) {
    Map<Integer, Map<String, String>> settings = new TreeMap<>();
    Map<ConfigResource, KafkaFuture<Config>> answers =
        admin
            .describeConfigs(
                brokers.stream()
                    .map(id -> new ConfigResource(ConfigResource.Type.BROKER, id.toString()))
                    .toList())
            .values();
    for (Map.Entry<ConfigResource, KafkaFuture<Config>> answer : answers.entrySet()) {
      ClusterAnswer<Config> told = told(answer.getValue());
      if (told.answer().isEmpty()) {
        return ClusterAnswer.not(told.refusal());
      }
      settings.put(Integer.valueOf(answer.getKey().name()), values(told.answer().get()));
    }
    return ClusterAnswer.of(settings);
  }

  private static List<PartitionFacts> partitions(TopicDescription topic) {
    return topic.partitions().stream()
        .map(
            partition ->
                new PartitionFacts(
                    partition.replicas().stream().map(Node::id).toList(),
                    partition.isr().size(),
                    partition.leader() != null && !partition.leader().isEmpty()))
        .toList();
  }

  /** Without what is kept secret, which has no value. */
  private static Map<String, String> values(Config config) {
    return config.entries().stream()
        .filter(entry -> entry.value() != null)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }

  static <T> ClusterAnswer<T> told(KafkaFuture<T> answer) {
    try {
      return ClusterAnswer.of(KafkaAnswers.await(answer));
    } catch (AuthorizationException | UnsupportedVersionException e) {
      return ClusterAnswer.not(String.valueOf(e.getMessage()));
    }
  }
}
