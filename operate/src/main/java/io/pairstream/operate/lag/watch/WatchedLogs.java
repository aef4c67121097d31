package io.pairstream.operate.lag.watch;

import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The logs of all partitions that any group has to do with, over the looks. What changes seldom is
 * asked for seldom. Not thread-safe.
 */
public final class WatchedLogs {

  /** Sizes of logs and retentions change seldom. */
  private static final Duration SELDOM = Duration.ofMinutes(1);

  private final Admin admin;
  private final Map<TopicPartition, PartitionLog> logs = new HashMap<>();
  private final Map<String, Integer> partitions = new HashMap<>();

  /** The ids of topics, also of those that are missing now. */
  private final Map<String, Uuid> ids = new HashMap<>();

  private final Map<String, Instant> madeAnew = new HashMap<>();

  private Map<TopicPartition, Long> starts = new HashMap<>();
  private Instant allAskedAt = Instant.EPOCH;

  private List<BrokerDisk> disks = List.of();

  /**
   * @param admin closed by the caller
   */
  public WatchedLogs(Admin admin) {
    this.admin = admin;
  }

  /** The logs as they were in the last look, by partition. */
  Map<TopicPartition, PartitionLog> all() {
    return logs;
  }

  /** The brokers' disks, as they were in the last minute; those of brokers that say so. */
  List<BrokerDisk> disks() {
    return disks;
  }

  /** Begins a look: asks where the logs begin that are known. */
  void begin() {
    starts = new HashMap<>(starts(logs.keySet()));
  }

  /**
   * Asks where the logs end, and how large they are and how long they keep records where due.
   * Returns the partitions that are reported for each group: all of each topic that it has to do
   * with. The logs of all others are forgotten.
   */
  Map<String, Set<TopicPartition>> look(Map<String, Set<String>> topicsByGroup, Instant at) {
    boolean isDue = !at.isBefore(allAskedAt.plus(SELDOM));
    Map<String, Set<TopicPartition>> mine = partitions(topicsByGroup, at);
    Set<TopicPartition> all = new HashSet<>();
    mine.values().forEach(all::addAll);
    logs.keySet().retainAll(all);
    starts.keySet().retainAll(all);
    all.removeAll(logs.keySet());
    all.forEach(
        partition -> logs.put(partition, new PartitionLog(madeAnew.get(partition.topic()))));
    starts.putAll(starts(all));
    askForEnds(at.toEpochMilli());
    if (isDue || !all.isEmpty()) {
      allAskedAt = at;
      askForSizesAndRetentions();
    }
    return mine;
  }

  private Map<String, Set<TopicPartition>> partitions(
      Map<String, Set<String>> topicsByGroup, Instant at) {
    Set<String> topics = new HashSet<>();
    topicsByGroup.values().forEach(topics::addAll);
    partitions.clear();
    ids.keySet().retainAll(topics);
    madeAnew.keySet().retainAll(topics);
    ClusterAccess.existing(admin, topics)
        .forEach(
            (topic, found) -> {
              partitions.put(topic, found.partitions().size());
              Uuid before = ids.put(topic, found.topicId());
              if (before != null && !before.equals(found.topicId())) {
                madeAnew.put(topic, at);
                // Where it began was asked for before.
                logs.keySet().removeIf(partition -> partition.topic().equals(topic));
              }
            });
    Map<String, Set<TopicPartition>> mine = new HashMap<>();
    topicsByGroup.forEach(
        (group, names) -> {
          Set<TopicPartition> found = new HashSet<>();
          for (String topic : names) {
            for (int i = 0; i < partitions.getOrDefault(topic, 0); i++) {
              found.add(new TopicPartition(topic, i));
            }
          }
          mine.put(group, found);
        });
    return mine;
  }

  private void askForEnds(long atMillis) {
    Set<TopicPartition> led = starts.keySet();
    ListOffsetsResult stable = ask(led, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    ListOffsetsResult high = ask(led, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, Long> highEnds = collect(led, high);
    collect(led, stable)
        .forEach(
            (partition, end) -> {
              long highEnd = highEnds.getOrDefault(partition, end);
              logs.get(partition).note(starts.get(partition), end, highEnd, atMillis);
            });
  }

  private void askForSizesAndRetentions() {
    Sizes found = sizes();
    disks = found.disks();
    Map<String, Long> retentions = retentions(partitions.keySet());
    logs.forEach(
        (partition, log) -> {
          Long size = found.logs().get(partition);
          if (size != null) {
            log.noteSize(size);
          }
          log.noteRetention(retentions.getOrDefault(partition.topic(), -1L));
        });
  }

  /** Starts of logs; partitions whose leader does not answer are left out. */
  private Map<TopicPartition, Long> starts(Set<TopicPartition> partitions) {
    return collect(
        partitions, ask(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED));
  }

  private ListOffsetsResult ask(
      Set<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, spec));
    return admin.listOffsets(asked, new ListOffsetsOptions(isolation));
  }

  /** The offsets that leaders have answered; those of others are left out. */
  static Map<TopicPartition, Long> collect(
      Set<TopicPartition> partitions, ListOffsetsResult answers) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      KafkaAnswers.unlessRefused(answers.partitionResult(partition))
          .ifPresent(found -> offsets.put(partition, found.offset()));
    }
    return offsets;
  }

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
      KafkaAnswers.unlessRefused(broker.getValue())
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

  /** For how many milliseconds topics keep their records; those that keep them always left out. */
  private Map<String, Long> retentions(Collection<String> topics) {
    Map<String, Long> retentions = new HashMap<>();
    Set<ConfigResource> asked = new HashSet<>();
    topics.forEach(topic -> asked.add(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
    for (var topic : admin.describeConfigs(asked).values().entrySet()) {
      KafkaAnswers.unlessRefused(topic.getValue())
          .filter(config -> value(config, TopicConfig.CLEANUP_POLICY_CONFIG).contains("delete"))
          .map(config -> Long.valueOf(value(config, TopicConfig.RETENTION_MS_CONFIG)))
          .ifPresent(millis -> retentions.put(topic.getKey().name(), millis));
    }
    return retentions;
  }

  private static String value(Config config, String name) {
    return config.get(name).value();
  }
}
