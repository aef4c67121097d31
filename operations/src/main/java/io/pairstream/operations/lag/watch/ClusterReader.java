package io.pairstream.operations.lag.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupKind;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.operations.lag.watch.GroupPlace.Finished;
import io.pairstream.operations.lag.watch.GroupPlace.Position;
import io.pairstream.operations.lag.watch.PartitionLog.Retention;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsResult;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a cluster where its groups and its logs are, in few and large requests: each partition is
 * asked for once, however many groups read it. Not thread-safe.
 */
final class ClusterReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterReader.class);

  private static final int GROUPS_A_REQUEST = 100;
  private static final String CONSUMERS = "consumer";

  private final Admin admin;
  private final String fetchGroup;

  ClusterReader(ClusterAccess cluster) {
    admin = cluster.admin();
    fetchGroup = cluster.dataset().fetchGroup();
  }

  /** Where a partition's log begins and ends. */
  record Ends(long start, long end, long highWatermark) {}

  /** All groups that read topics, by name. */
  List<GroupListing> groups() {
    ListGroupsResult listed = admin.listGroups();
    Collection<GroupListing> found = KafkaAnswers.await(listed.valid());
    if (found.isEmpty() && !KafkaAnswers.await(listed.errors()).isEmpty()) {
      // No broker has answered, which is not the same as that there are no groups.
      throw unanswered(listed);
    }
    return found.stream().filter(group -> kind(group).isPresent()).toList();
  }

  /** Why nobody has answered, without what the client says around it. */
  private static KafkaException unanswered(ListGroupsResult listed) {
    try {
      var unused = KafkaAnswers.await(listed.all());
      return new TimeoutException("no broker has told its groups");
    } catch (KafkaException e) {
      return e.getCause() instanceof TimeoutException late ? late : e;
    }
  }

  private static Optional<GroupKind> kind(GroupListing group) {
    GroupType type = group.type().orElse(GroupType.CLASSIC);
    return switch (type) {
      case CONSUMER -> Optional.of(GroupKind.CONSUMER);
      case STREAMS -> Optional.of(GroupKind.STREAMS);
      case SHARE -> Optional.of(GroupKind.SHARE);
      // Others than consumers use the older protocol too: Connect's workers among themselves.
      case CLASSIC ->
          group.protocol().isEmpty() || group.protocol().equals(CONSUMERS)
              ? Optional.of(GroupKind.CLASSIC)
              : Optional.empty();
      case UNKNOWN -> Optional.empty();
    };
  }

  /** Where these groups are, by name. */
  Map<String, GroupPlace> places(List<GroupListing> groups) {
    Map<String, GroupPlace> places = new TreeMap<>();
    for (int i = 0; i < groups.size(); i += GROUPS_A_REQUEST) {
      placesOf(groups.subList(i, Math.min(groups.size(), i + GROUPS_A_REQUEST)), places);
    }
    return places;
  }

  private void placesOf(List<GroupListing> groups, Map<String, GroupPlace> places) {
    Map<String, ListConsumerGroupOffsetsSpec> consumers = new HashMap<>();
    Map<String, ListShareGroupOffsetsSpec> shares = new HashMap<>();
    List<String> ofConsumers = new ArrayList<>();
    List<String> ofStreams = new ArrayList<>();
    for (GroupListing group : groups) {
      String name = group.groupId();
      switch (kind(group).orElseThrow()) {
        case SHARE -> shares.put(name, new ListShareGroupOffsetsSpec());
        case STREAMS -> {
          consumers.put(name, new ListConsumerGroupOffsetsSpec());
          ofStreams.add(name);
        }
        case CONSUMER, CLASSIC -> {
          consumers.put(name, new ListConsumerGroupOffsetsSpec());
          if (group.groupState().orElse(GroupState.UNKNOWN) != GroupState.EMPTY) {
            ofConsumers.add(name);
          }
        }
      }
    }
    // All are sent before the first is waited for.
    var offsets = consumers.isEmpty() ? null : admin.listConsumerGroupOffsets(consumers);
    var shareOffsets = shares.isEmpty() ? null : admin.listShareGroupOffsets(shares);
    var described =
        ofConsumers.isEmpty()
            ? Map.<String, KafkaFuture<ConsumerGroupDescription>>of()
            : admin.describeConsumerGroups(ofConsumers).describedGroups();
    var streams =
        ofStreams.isEmpty()
            ? Map.<String, KafkaFuture<StreamsGroupDescription>>of()
            : admin.describeStreamsGroups(ofStreams).describedGroups();
    var sharing =
        shares.isEmpty()
            ? Map.<String, KafkaFuture<ShareGroupDescription>>of()
            : admin.describeShareGroups(shares.keySet()).describedGroups();

    for (GroupListing group : groups) {
      String name = group.groupId();
      GroupKind kind = kind(group).orElseThrow();
      Map<TopicPartition, GroupMember> readers = new HashMap<>();
      int members = 0;
      boolean known = false;
      if (described.containsKey(name)) {
        Optional<ConsumerGroupDescription> found = answer(described.get(name));
        members = found.map(each -> each.members().size()).orElse(1);
        known = found.map(each -> readers(each, readers)).orElse(false);
      } else if (streams.containsKey(name)) {
        Optional<StreamsGroupDescription> found = answer(streams.get(name));
        members = found.map(each -> each.members().size()).orElse(1);
        known = found.map(each -> readers(each, readers)).orElse(false);
      } else if (sharing.containsKey(name)) {
        // Members of a share group read the same partitions together.
        members = answer(sharing.get(name)).map(each -> each.members().size()).orElse(1);
      }
      Map<TopicPartition, Position> positions = new HashMap<>();
      Optional<String> refused = Optional.empty();
      try {
        if (kind == GroupKind.SHARE) {
          shared(shareOffsets.partitionsToOffsetInfo(name), positions);
        } else {
          committed(name, offsets.partitionsToOffsetAndMetadata(name), positions);
        }
      } catch (ApiException e) {
        // One coordinator that is away, or one group that is none of ours to see, blinds nobody to
        // the others.
        refused = Optional.of(String.valueOf(e.getMessage()));
      }
      places.put(
          name,
          new GroupPlace(
              name,
              kind,
              group.groupState().map(GroupState::toString).orElse("Unknown"),
              members,
              known,
              readers,
              positions,
              refused));
    }
  }

  /** Who reads what; false while partitions are being given out. */
  private static boolean readers(
      ConsumerGroupDescription group, Map<TopicPartition, GroupMember> readers) {
    for (MemberDescription member : group.members()) {
      GroupMember reader = new GroupMember(member.consumerId(), member.clientId(), member.host());
      member.assignment().topicPartitions().forEach(partition -> readers.put(partition, reader));
    }
    return group.groupState() == GroupState.STABLE && !readers.isEmpty();
  }

  private static boolean readers(
      StreamsGroupDescription group, Map<TopicPartition, GroupMember> readers) {
    Map<String, List<String>> topics = new HashMap<>();
    group
        .subtopologies()
        .forEach(
            part -> {
              List<String> sources = new ArrayList<>(part.sourceTopics());
              sources.addAll(part.repartitionSourceTopics().keySet());
              topics.put(part.subtopologyId(), sources);
            });
    group
        .members()
        .forEach(
            member -> {
              GroupMember reader =
                  new GroupMember(member.memberId(), member.clientId(), member.clientHost());
              member
                  .assignment()
                  .activeTasks()
                  .forEach(
                      tasks ->
                          topics
                              .getOrDefault(tasks.subtopologyId(), List.of())
                              .forEach(
                                  topic ->
                                      tasks
                                          .partitions()
                                          .forEach(
                                              number ->
                                                  readers.put(
                                                      new TopicPartition(topic, number), reader))));
            });
    return group.groupState() == GroupState.STABLE && !readers.isEmpty();
  }

  private void committed(
      String group,
      KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> answer,
      Map<TopicPartition, Position> positions) {
    KafkaAnswers.await(answer)
        .forEach(
            (partition, offset) -> {
              if (offset != null && offset.offset() >= 0) {
                positions.put(
                    partition,
                    new Position(offset.offset(), finished(group, offset), OptionalLong.empty()));
              }
            });
  }

  private Finished finished(String group, OffsetAndMetadata offset) {
    if (!group.equals(fetchGroup)) {
      return Finished.NONE;
    }
    FinishedOffsets finished = FinishedOffsets.read(offset.offset(), offset.metadata());
    if (finished.above().isEmpty()) {
      return Finished.NONE;
    }
    return end -> {
      int bits = (int) Math.min(Integer.MAX_VALUE, Math.max(0, end - finished.low()));
      return finished.above().get(0, bits).cardinality();
    };
  }

  private static void shared(
      KafkaFuture<Map<TopicPartition, SharePartitionOffsetInfo>> answer,
      Map<TopicPartition, Position> positions) {
    KafkaAnswers.await(answer)
        .forEach(
            (partition, info) -> {
              if (info != null && info.startOffset() >= 0) {
                OptionalLong lag =
                    info.lag().isPresent() && info.lag().get() >= 0
                        ? OptionalLong.of(info.lag().get())
                        : OptionalLong.empty();
                positions.put(partition, new Position(info.startOffset(), Finished.NONE, lag));
              }
            });
  }

  /** All partitions of these topics; topics that are not there any more are left out. */
  Map<String, Integer> partitionsOf(Collection<String> topics) {
    Map<String, Integer> partitions = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, answer) -> {
              try {
                partitions.put(topic, KafkaAnswers.await(answer).partitions().size());
              } catch (UnknownTopicOrPartitionException | AuthorizationException e) {
                // It is not there any more, or is none of ours to see. Whether it is there cannot
                // be told where the brokers do not answer: that fails the look.
                LOG.debug("topic {} is left out", topic, e);
              }
            });
    return partitions;
  }

  /** Where logs begin; partitions whose leader does not answer are left out. */
  Map<TopicPartition, Long> starts(Set<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
  }

  /** Offsets behind the last records, committed or not. */
  Map<TopicPartition, Long> highWatermarks(Collection<TopicPartition> partitions) {
    return offsets(Set.copyOf(partitions), OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
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

  private Map<TopicPartition, Long> offsets(
      Set<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    return partitions.isEmpty() ? Map.of() : collect(partitions, ask(partitions, spec, isolation));
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
      answer(answers.partitionResult(partition))
          .ifPresent(found -> offsets.put(partition, found.offset()));
    }
    return offsets;
  }

  /** Sizes of logs in bytes, and the disks that they are on. */
  record Sizes(Map<TopicPartition, Long> logs, List<BrokerDisk> disks) {}

  /**
   * Sizes of the leaders' logs in bytes; those of brokers that do not say are left out, as where
   * this client may not ask.
   */
  Sizes sizes() {
    Collection<Node> nodes = KafkaAnswers.await(admin.describeCluster().nodes());
    Map<TopicPartition, Long> sizes = new HashMap<>();
    List<BrokerDisk> disks = new ArrayList<>();
    admin
        .describeLogDirs(nodes.stream().map(Node::id).toList())
        .descriptions()
        .forEach(
            (broker, answer) ->
                answer(answer)
                    .orElse(Map.of())
                    .forEach(
                        (path, folder) -> {
                          if (folder.totalBytes().isPresent() && folder.usableBytes().isPresent()) {
                            disks.add(
                                new BrokerDisk(
                                    broker,
                                    path,
                                    folder.usableBytes().getAsLong(),
                                    folder.totalBytes().getAsLong()));
                          }
                          folder
                              .replicaInfos()
                              .forEach(
                                  (partition, replica) -> {
                                    // A follower that is behind is smaller than its leader.
                                    if (!replica.isFuture()) {
                                      sizes.merge(partition, replica.size(), Math::max);
                                    }
                                  });
                        }));
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
                answer(answer).ifPresent(found -> retentions.put(topic.name(), retention(found))));
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

  /**
   * An answer about one thing of many; empty where it was refused, which is not the others' matter.
   */
  private static <T> Optional<T> answer(KafkaFuture<T> future) {
    try {
      return Optional.ofNullable(future.get());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException) {
        return Optional.empty();
      }
      throw new KafkaException(e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
