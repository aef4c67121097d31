package io.pairstream.operations.groups;

import static io.pairstream.schemas.wire.KafkaAnswers.await;

import io.pairstream.operations.groups.ResetPlan.Member;
import io.pairstream.operations.groups.ResetPlan.Move;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** One group's offsets, and its members. */
final class GroupOffsets {

  private final Admin admin;
  private final String group;

  /**
   * The group's.
   *
   * @throws GroupRefusedException where the cluster does not know it
   */
  GroupOffsets(Admin admin, String group) {
    this.admin = admin;
    this.group = group;
    boolean unused = members().isEmpty();
  }

  /**
   * Who is in it now.
   *
   * @throws GroupRefusedException where there is no such group
   */
  List<Member> members() {
    try {
      return await(admin.describeConsumerGroups(Set.of(group)).describedGroups().get(group))
          .members()
          .stream()
          .map(member -> new Member(member.clientId(), member.host()))
          .toList();
    } catch (GroupIdNotFoundException e) {
      throw new GroupRefusedException(
          "there is no consumer group "
              + group
              + " on this cluster; share groups and those of the Streams protocol are moved with"
              + " Kafka's own tools");
    }
  }

  /** All that it has committed. */
  Map<TopicPartition, OffsetAndMetadata> committed() {
    Map<TopicPartition, OffsetAndMetadata> committed =
        new HashMap<>(
            await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group)));
    committed.values().removeIf(offset -> offset == null);
    return committed;
  }

  /**
   * Commits what moves say in the group's name, and takes other commits away.
   *
   * @throws GroupRefusedException where somebody is in the group, who may have joined just now
   */
  void set(List<Move> moves) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    Set<TopicPartition> removed = new HashSet<>();
    for (Move move : moves) {
      move.then()
          .ifPresentOrElse(
              place -> offsets.put(move.partition(), place), () -> removed.add(move.partition()));
    }
    try {
      if (!offsets.isEmpty()) {
        await(admin.alterConsumerGroupOffsets(group, offsets).all());
      }
      if (!removed.isEmpty()) {
        await(admin.deleteConsumerGroupOffsets(group, removed).all());
      }
    } catch (KafkaException e) {
      throw isOfMembers(e) || isOfMembers(e.getCause()) ? inUse(group, members()) : e;
    }
  }

  private static boolean isOfMembers(Throwable fault) {
    return fault instanceof GroupNotEmptyException || fault instanceof UnknownMemberIdException;
  }

  static GroupRefusedException inUse(String group, List<Member> members) {
    String who =
        members.stream()
            .limit(3)
            .map(member -> member.clientId() + " at " + member.host().replaceFirst("^/", ""))
            .collect(Collectors.joining(", "));
    return new GroupRefusedException(
        "group %s is in use: %s%s; stop %s first"
            .formatted(
                group,
                who.isEmpty() ? "by somebody who just joined" : who,
                members.size() > 3 ? " and " + (members.size() - 3) + " more" : "",
                members.size() == 1 ? "it" : "them"));
  }
}
