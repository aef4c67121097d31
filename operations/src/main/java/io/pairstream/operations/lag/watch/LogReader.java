package io.pairstream.operations.lag.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.watch.PartitionLog.Retention;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Asks a cluster where its logs are, in few and large requests: each partition is asked for once,
 * however many groups read it. Not thread-safe.
 */
public final class LogReader {

  private final Admin admin;

  /**
   * @param admin closed by the caller
   */
  public LogReader(Admin admin) {
    this.admin = admin;
  }

  /** Where a partition's log begins and ends. */
  record Ends(long start, long end, long highWatermark) {}

  /** All partitions of these topics; topics that are not there any more are left out. */
  Map<String, Integer> partitionsOf(Collection<String> topics) {
    Map<String, Integer> partitions = new HashMap<>();
    ClusterAccess.existing(admin, topics)
        .forEach((topic, found) -> partitions.put(topic, found.partitions().size()));
    return partitions;
  }

  /** Where logs begin; partitions whose leader does not answer are left out. */
  Map<TopicPartition, Long> starts(Set<TopicPartition> partitions) {
    return collect(
        partitions, ask(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED));
  }

  /** Where logs end for whoever reads what is committed, and for everybody. */
  Map<TopicPartition, Ends> ends(Map<TopicPartition, Long> starts) {
    Set<TopicPartition> partitions = starts.keySet();
    ListOffsetsResult stable = ask(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    ListOffsetsResult high = ask(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, Long> stableEnds = collect(partitions, stable);
    Map<TopicPartition, Long> highEnds = collect(partitions, high);
    Map<TopicPartition, Ends> ends = new HashMap<>();
    stableEnds.forEach(
        (partition, end) ->
            ends.put(
                partition,
                new Ends(starts.get(partition), end, highEnds.getOrDefault(partition, end))));
    return ends;
  }

  private ListOffsetsResult ask(
      Set<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, spec));
    return admin.listOffsets(asked, new ListOffsetsOptions(isolation));
  }

  private static Map<TopicPartition, Long> collect(
      Set<TopicPartition> partitions, ListOffsetsResult answers) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      ClusterReader.answer(answers.partitionResult(partition))
          .ifPresent(found -> offsets.put(partition, found.offset()));
    }
    return offsets;
  }

  /**
   * Where a broker keeps logs.
   *
   * @param broker its id
   * @param path the folder
   * @param freeBytes room that is left on its disk
   * @param bytes size of that disk
   */
  public record BrokerDisk(int broker, String path, long freeBytes, long bytes) {}

  /** Sizes of logs in bytes, and the disks that they are on. */
  public record Sizes(Map<TopicPartition, Long> logs, List<BrokerDisk> disks) {}

  /**
   * Sizes of the leaders' logs in bytes; those of brokers that do not say are left out, as where
   * this client may not ask.
   */
  public Sizes sizes() {
    Collection<Node> nodes = KafkaAnswers.await(admin.describeCluster().nodes());
    Map<TopicPartition, Long> sizes = new HashMap<>();
    List<BrokerDisk> disks = new ArrayList<>();
    for (var broker :
        admin.describeLogDirs(nodes.stream().map(Node::id).toList()).descriptions().entrySet()) {
      ClusterReader.answer(broker.getValue())
          .orElse(Map.of())
          .forEach(
              (path, folder) -> {
                if (folder.totalBytes().isPresent() && folder.usableBytes().isPresent()) {
                  disks.add(
                      new BrokerDisk(
                          broker.getKey(),
                          path,
                          folder.usableBytes().getAsLong(),
                          folder.totalBytes().getAsLong()));
                }
                // A follower that is behind is smaller than its leader.
                folder.replicaInfos().entrySet().stream()
                    .filter(replica -> !replica.getValue().isFuture())
                    .forEach(
                        replica ->
                            sizes.merge(replica.getKey(), replica.getValue().size(), Math::max));
              });
    }
    return new Sizes(sizes, disks);
  }

  /** How long topics keep their records; those that do not say are left out. */
  Map<String, Retention> retentions(Collection<String> topics) {
    Map<String, Retention> retentions = new HashMap<>();
    Set<ConfigResource> asked = new HashSet<>();
    topics.forEach(topic -> asked.add(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
    admin
        .describeConfigs(asked)
        .values()
        .forEach(
            (topic, answer) ->
                ClusterReader.answer(answer)
                    .ifPresent(found -> retentions.put(topic.name(), retention(found))));
    return retentions;
  }

  private static Retention retention(Config config) {
    String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
    if (!List.of(policy.split(",", -1)).contains(TopicConfig.CLEANUP_POLICY_DELETE)) {
      return Retention.NONE;
    }
    return new Retention(
        Long.parseLong(value(config, TopicConfig.RETENTION_MS_CONFIG, "-1")),
        Long.parseLong(value(config, TopicConfig.RETENTION_BYTES_CONFIG, "-1")));
  }

  private static String value(Config config, String name, String otherwise) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? otherwise : entry.value();
  }
}
