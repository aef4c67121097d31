package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/** A cluster of three brokers on which all is as it should be, to be spoilt by tests. */
final class Described {

  static final Dataset FLOWERS = new Dataset("flowers");
  static final List<TopicSpec> SPECS = new TopicCatalogue(FLOWERS, 1).topics();

  final Map<String, String> broker =
      new HashMap<>(
          Map.of(
              "transaction.max.timeout.ms", "900000",
              "socket.request.max.bytes", "104857600",
              "message.max.bytes", "10485760",
              "offsets.retention.minutes", "525600",
              "auto.create.topics.enable", "false",
              "transaction.state.log.replication.factor", "3",
              "transaction.state.log.min.isr", "2",
              "offsets.topic.replication.factor", "3",
              "min.insync.replicas", "2",
              "unclean.leader.election.enable", "false"));
  final Map<String, Integer> features =
      new HashMap<>(Map.of("transaction.version", 2, "metadata.version", 29));
  final Map<String, Map<String, String>> topics = new LinkedHashMap<>();
  final Map<String, List<TopicPartitionInfo>> partitions = new HashMap<>();
  final Map<String, String> refused = new HashMap<>();

  Described() {
    for (TopicSpec spec : SPECS) {
      topics.put(spec.name(), new HashMap<>(spec.config()));
    }
    ClusterFacts.INTERNAL.forEach(name -> topics.put(name, new HashMap<>()));
    topics.forEach(
        (name, settings) -> {
          settings.put("min.insync.replicas", "2");
          settings.put("unclean.leader.election.enable", "false");
          settings.putIfAbsent("retention.bytes", "-1");
          partitions.put(name, list(2));
        });
  }

  /** The settings of a topic of the data set. */
  Map<String, String> topic(String name) {
    return topics.get(FLOWERS.topic(name));
  }

  static TopicPartitionInfo partition(int id, int copies, int inSync, boolean led) {
    List<Node> nodes =
        IntStream.rangeClosed(1, copies).mapToObj(broker -> new Node(broker, "kafka", 1)).toList();
    return new TopicPartitionInfo(
        id, led ? nodes.get(0) : Node.noNode(), nodes, nodes.subList(0, inSync));
  }

  static List<TopicPartitionInfo> list(int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(id -> partition(id, 3, 3, true)).toList());
  }

  ClusterFacts facts() {
    Map<String, TopicFacts> found = new LinkedHashMap<>();
    topics.forEach(
        (name, settings) ->
            found.put(
                name,
                new TopicFacts(new TopicDescription(name, false, partitions.get(name)), settings)));
    return new ClusterFacts(
        "kafka:9092", Set.of(1, 2, 3), List.of(broker, broker, broker), features, found, refused);
  }

  /** The worst that a check of that name found. */
  static Finding of(List<Finding> findings, String check) {
    return findings.stream()
        .filter(finding -> finding.check().equals(check))
        .max(Comparator.comparing(Finding::level))
        .orElseThrow();
  }
}
