package io.pairstream.operations.lag.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupKind;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.operations.lag.watch.GroupPlace.Finished;
import io.pairstream.operations.lag.watch.GroupPlace.Position;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupSubtopologyDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/** Asks a cluster where its groups are, in few and large requests. Not thread-safe. */
final class ClusterReader {

  private static final int GROUPS_A_REQUEST = 100;
  private static final String CONSUMERS = "consumer";

  private final Admin admin;
  private final String fetchGroup;

  /**
   * @param admin closed by the caller
   */
  ClusterReader(Admin admin, ClusterAccess cluster) {
    this.admin = admin;
    fetchGroup = cluster.dataset().fetchGroup();
  }

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
    for (StreamsGroupSubtopologyDescription part : group.subtopologies()) {
      List<String> sources = new ArrayList<>(part.sourceTopics());
      sources.addAll(part.repartitionSourceTopics().keySet());
      topics.put(part.subtopologyId(), sources);
    }
    for (StreamsGroupMemberDescription member : group.members()) {
      GroupMember reader =
          new GroupMember(member.memberId(), member.clientId(), member.clientHost());
      for (StreamsGroupMemberAssignment.TaskIds tasks : member.assignment().activeTasks()) {
        for (String topic : topics.getOrDefault(tasks.subtopologyId(), List.of())) {
          tasks
              .partitions()
              .forEach(number -> readers.put(new TopicPartition(topic, number), reader));
        }
      }
    }
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

  /**
   * An answer about one thing of many; empty where it was refused, which is not the others' matter.
   */
  static <T> Optional<T> answer(KafkaFuture<T> future) {
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
}
