package io.pairstream.operate.lag.watch;

import io.pairstream.operate.lag.judge.Judgement.Rewind;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace.Position;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.RootCause;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsResult;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Asks a cluster where its groups are, in few and large requests. Not thread-safe.
 *
 * @param admin closed by the caller
 * @param fetchGroup the group that commits which records above its place are finished
 */
record ClusterReader(Admin admin, String fetchGroup) {

  /** Why it is not known where a group is that has a place nevertheless. */
  static final String NOT_NAMED = "no broker names it";

  /**
   * The groups that commit where they are in topics, by name, without their states where no broker
   * names them.
   */
  private Map<String, GroupListing> groups(Set<String> watched) {
    ListGroupsResult listed = admin.listGroups();
    Collection<GroupListing> found = KafkaAnswers.await(listed.valid());
    Collection<Throwable> faults = KafkaAnswers.await(listed.errors());
    if (found.isEmpty() && !faults.isEmpty()) {
      // No broker has answered, which is not the same as that there are no groups.
      Throwable fault = faults.iterator().next();
      throw new KafkaException(RootCause.message(fault), fault);
    }
    Map<String, GroupListing> groups = new HashMap<>();
    watched.forEach(
        name -> groups.put(name, new GroupListing(name, Optional.empty(), "", Optional.empty())));
    found.stream().filter(ClusterReader::commits).forEach(each -> groups.put(each.groupId(), each));
    return groups;
  }

  /** Others than consumers use the older protocol too: Connect's workers among themselves. */
  private static boolean commits(GroupListing group) {
    return switch (type(group)) {
      case CONSUMER, STREAMS -> true;
      case CLASSIC -> group.protocol().isEmpty() || group.protocol().equals("consumer");
      case SHARE, UNKNOWN -> false;
    };
  }

  private static GroupType type(GroupListing group) {
    return group.type().orElse(GroupType.CLASSIC);
  }

  /**
   * Where groups are, by name.
   *
   * @param watched groups of which their coordinators are asked, also where no broker names them;
   *     they are not in the answer where there is nothing known of them
   */
  Map<String, GroupPlace> places(Set<String> watched) {
    Collection<GroupListing> groups = groups(watched).values();
    Map<String, GroupPlace> places = new TreeMap<>();
    if (groups.isEmpty()) {
      return places;
    }
    Map<String, ListConsumerGroupOffsetsSpec> all = new HashMap<>();
    groups.forEach(group -> all.put(group.groupId(), new ListConsumerGroupOffsetsSpec()));
    List<String> ofStreams = new ArrayList<>();
    List<String> ofConsumers = new ArrayList<>();
    for (GroupListing group : groups) {
      if (type(group) == GroupType.STREAMS) {
        ofStreams.add(group.groupId());
      } else if (group.groupState().filter(state -> state != GroupState.EMPTY).isPresent()) {
        ofConsumers.add(group.groupId());
      }
    }
    // All are sent before the first is waited for.
    var offsets = admin.listConsumerGroupOffsets(all);
    var streams = admin.describeStreamsGroups(ofStreams).describedGroups();
    var consumers = admin.describeConsumerGroups(ofConsumers).describedGroups();
    for (GroupListing group : groups) {
      String name = group.groupId();
      Map<TopicPartition, Position> positions = Map.of();
      String refused = null;
      try {
        positions = positions(name, offsets.partitionsToOffsetAndMetadata(name));
      } catch (GroupIdNotFoundException e) {
        // It is no more.
      } catch (ApiException e) {
        // One coordinator that is away, or one group that this client may not see, hides no other.
        refused = RootCause.message(e);
      }
      if (group.groupState().isEmpty() && refused == null) {
        if (positions.isEmpty()) {
          continue;
        }
        refused = NOT_NAMED;
      }
      places.put(name, place(group, consumers.get(name), streams.get(name), positions, refused));
    }
    return places;
  }

  /**
   * @param consumer the description of a group of consumers; null for another
   * @param streams the description of a group of Kafka Streams; null for another
   * @param refused why the positions are not known; null where they are
   */
  private static GroupPlace place(
      GroupListing group,
      KafkaFuture<ConsumerGroupDescription> consumer,
      KafkaFuture<StreamsGroupDescription> streams,
      Map<TopicPartition, Position> positions,
      String refused) {
    Map<TopicPartition, String> readers = new HashMap<>();
    int members = 0;
    boolean known = false;
    if (consumer != null) {
      Optional<ConsumerGroupDescription> found = KafkaAnswers.unlessRefused(consumer);
      members = found.map(each -> each.members().size()).orElse(1);
      known = found.map(each -> readers(each, readers)).orElse(false);
    } else if (streams != null) {
      members = KafkaAnswers.unlessRefused(streams).map(each -> each.members().size()).orElse(1);
    }
    return new GroupPlace(
        group.groupId(),
        type(group).toString().toLowerCase(Locale.ROOT),
        group.groupState().map(GroupState::toString).orElse("Unknown"),
        members,
        known,
        readers,
        positions,
        Map.of(),
        Optional.ofNullable(refused));
  }

  /** Notes who reads what; false while partitions are being given out. */
  private static boolean readers(
      ConsumerGroupDescription group, Map<TopicPartition, String> readers) {
    for (MemberDescription member : group.members()) {
      member
          .assignment()
          .topicPartitions()
          .forEach(partition -> readers.put(partition, member.clientId()));
    }
    return group.groupState() == GroupState.STABLE && !readers.isEmpty();
  }

  private Map<TopicPartition, Position> positions(
      String group, KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> answer) {
    Map<TopicPartition, Position> positions = new HashMap<>();
    KafkaAnswers.await(answer)
        .forEach(
            (partition, offset) -> {
              if (offset != null && offset.offset() >= 0) {
                FinishedOffsets finished =
                    group.equals(fetchGroup)
                        ? FinishedOffsets.read(offset.offset(), offset.metadata())
                        : FinishedOffsets.below(offset.offset());
                positions.put(partition, new Position(offset.offset(), finished));
              }
            });
    return positions;
  }

  /**
   * Where a group is, as the brokers say.
   *
   * @param type by which protocol its members agree
   * @param state the brokers' word
   * @param members how many there are
   * @param assignmentIsKnown whether {@code readers} tells who reads what
   * @param readers the client id of who reads a partition
   * @param positions by partition
   * @param rewinds where its commits since the last look went back
   * @param refused why its positions are not known; empty where they are
   */
  record GroupPlace(
      String group,
      String type,
      String state,
      int members,
      boolean assignmentIsKnown,
      Map<TopicPartition, String> readers,
      Map<TopicPartition, Position> positions,
      Map<TopicPartition, Rewind> rewinds,
      Optional<String> refused) {

    /**
     * A position on a partition.
     *
     * @param committed the offset to read next
     * @param finished that, and what is finished above it out of order
     */
    record Position(long committed, FinishedOffsets finished) {

      /** How many offsets from the committed one up to an end are finished already. */
      long finishedBelow(long end) {
        int bits = (int) Math.min(Integer.MAX_VALUE, Math.max(0, end - finished.low()));
        return finished.above().get(0, bits).cardinality();
      }
    }

    /**
     * This place with what the group's commits tell.
     *
     * @param why why nothing newer is known; null where it is
     */
    GroupPlace with(Map<TopicPartition, Rewind> found, String why) {
      Optional<String> refusal = Optional.ofNullable(why);
      return new GroupPlace(
          group, type, state, members, assignmentIsKnown, readers, positions, found, refusal);
    }

    /** Whether the group has a member that could read a partition. */
    boolean isAlive(TopicPartition partition) {
      return members > 0 && (!assignmentIsKnown || readers.containsKey(partition));
    }
  }
}
