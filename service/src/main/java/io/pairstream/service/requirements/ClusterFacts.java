package io.pairstream.service.requirements;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a cluster told of itself.
 *
 * @param address where it was asked: {@code host:port}, several with commas between
 * @param alive ids of the brokers that are there
 * @param settings of each broker by its id
 * @param features their finalized levels by name; without those that are at 0
 * @param topics those that exist and were asked for, by name
 * @param untold why nothing is known of a topic that was asked for, by name
 */
record ClusterFacts(
    String address,
    Set<Integer> alive,
    ClusterAnswer<Map<Integer, Map<String, String>>> settings,
    ClusterAnswer<Map<String, Integer>> features,
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
  record TopicFacts(List<PartitionFacts> partitions, ClusterAnswer<Map<String, String>> settings) {}

  /**
   * A partition.
   *
   * @param replicas brokers that hold a copy, or should
   * @param inSync how many copies are up to date
   * @param led whether a broker leads it
   */
  record PartitionFacts(List<Integer> replicas, int inSync, boolean led) {}

  /** How many brokers the cluster has: those that are there, and those that copies belong on. */
  int brokers() {
    Set<Integer> all = new HashSet<>(alive);
    topics
        .values()
        .forEach(
            topic -> topic.partitions().forEach(partition -> all.addAll(partition.replicas())));
    return all.size();
  }
}
