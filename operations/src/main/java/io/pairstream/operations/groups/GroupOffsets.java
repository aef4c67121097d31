package io.pairstream.operations.groups;

import static io.pairstream.schemas.wire.KafkaAnswers.await;

import io.pairstream.operations.lag.GroupMember;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** One group's offsets, which each kind of group keeps and tells in a way of its own. */
final class GroupOffsets {

  private final Admin admin;
  private final String group;
  private final GroupType type;

  private GroupOffsets(Admin admin, String group, GroupType type) {
    this.admin = admin;
    this.group = group;
    this.type = type;
  }

  /** The group, if the cluster knows it. */
  static Optional<GroupOffsets> find(Admin admin, String group) {
    for (GroupListing listing : await(admin.listGroups().all())) {
      if (listing.groupId().equals(group)) {
        return Optional.of(
            new GroupOffsets(admin, group, listing.type().orElse(GroupType.CLASSIC)));
      }
    }
    return Optional.empty();
  }

  GroupType type() {
    return type;
  }

  /** Who is in it now. */
  List<GroupMember> members() {
    Set<String> one = Set.of(group);
    if (type == GroupType.SHARE) {
      return await(admin.describeShareGroups(one).describedGroups().get(group)).members().stream()
          .map(member -> new GroupMember(member.consumerId(), member.clientId(), member.host()))
          .toList();
    } else if (type == GroupType.STREAMS) {
      return await(admin.describeStreamsGroups(one).describedGroups().get(group)).members().stream()
          .map(member -> new GroupMember(member.memberId(), member.clientId(), member.clientHost()))
          .toList();
    }
    return await(admin.describeConsumerGroups(one).describedGroups().get(group)).members().stream()
        .map(member -> new GroupMember(member.consumerId(), member.clientId(), member.host()))
        .toList();
  }

  /**
   * All that it has committed. A share group, which finishes records out of order, stands at the
   * first that may be unfinished: the broker moves that offset late, but knows when nothing is
   * left.
   */
  Map<TopicPartition, OffsetAndMetadata> committed() {
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    if (type == GroupType.SHARE) {
      await(
              admin
                  .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                  .partitionsToOffsetInfo(group))
          .forEach(
              (partition, info) -> {
                if (info != null) {
                  committed.put(
                      partition,
                      new OffsetAndMetadata(
                          info.lag().orElse(1L) == 0 ? end(partition) : info.startOffset()));
                }
              });
      return committed;
    }
    (type == GroupType.STREAMS
            ? await(
                admin
                    .listStreamsGroupOffsets(Map.of(group, new ListStreamsGroupOffsetsSpec()))
                    .partitionsToOffsetAndMetadata(group))
            : await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group)))
        .forEach(
            (partition, offset) -> {
              if (offset != null) {
                committed.put(partition, offset);
              }
            });
    return committed;
  }

  private long end(TopicPartition partition) {
    return await(
            admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
        .offset();
  }

  /**
   * Commits offsets in the group's name.
   *
   * @throws GroupRefusedException where somebody is in the group
   */
  void set(Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (offsets.isEmpty()) {
      return;
    }
    refusedWhileUsed(
        () -> {
          if (type == GroupType.SHARE) {
            Map<TopicPartition, Long> plain = new HashMap<>();
            offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
            await(admin.alterShareGroupOffsets(group, plain).all());
          } else if (type == GroupType.STREAMS) {
            await(admin.alterStreamsGroupOffsets(group, offsets).all());
          } else {
            await(admin.alterConsumerGroupOffsets(group, offsets).all());
          }
        });
  }

  /**
   * Takes commits away.
   *
   * @throws GroupRefusedException where somebody is in the group, or it is a share group, which
   *     loses its offsets by whole topics only
   */
  void remove(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    if (type == GroupType.SHARE) {
      throw new GroupRefusedException(
          "share group " + group + " cannot lose its offset on single partitions");
    }
    Set<TopicPartition> all = new HashSet<>(partitions);
    refusedWhileUsed(
        () -> {
          if (type == GroupType.STREAMS) {
            await(admin.deleteStreamsGroupOffsets(group, all).all());
          } else {
            await(admin.deleteConsumerGroupOffsets(group, all).all());
          }
        });
  }

  /** Somebody may join between the question and the move; the broker then refuses. */
  private void refusedWhileUsed(Runnable event) {
    try {
      event.run();
    } catch (GroupNotEmptyException | UnknownMemberIdException e) {
      throw inUse(group, members());
    } catch (KafkaException e) {
      if (e.getCause() instanceof GroupNotEmptyException
          || e.getCause() instanceof UnknownMemberIdException) {
        throw inUse(group, members());
      }
      throw e;
    }
  }

  static GroupRefusedException inUse(String group, List<GroupMember> members) {
    String some =
        String.join(
            ", ",
            members.stream()
                .limit(3)
                .map(member -> member.clientId() + " at " + member.host().replaceFirst("^/", ""))
                .toList());
    int more = members.size() - 3;
    return new GroupRefusedException(
        "group "
            + group
            + " is in use"
            + (members.isEmpty() ? "" : ": " + some + (more > 0 ? " and " + more + " more" : ""))
            + "; stop "
            + (members.size() == 1 ? "it" : "them")
            + " first");
  }
}
