package io.pairstream.tools.groups;

import static io.pairstream.schemas.wire.KafkaAnswers.await;

import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.tools.groups.ResetPlan.Member;
import io.pairstream.tools.groups.ResetPlan.Move;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/**
 * Moves consumer groups: the plan first, then the move, and the way back.
 *
 * <p>The offsets that a group had are on the topic of actions before it is moved, so that none is
 * ever lost. A group is moved only while it has no members. A consumer that reads without joining,
 * as the feed of a trainer does, is not seen, and commits over it.
 */
public final class MoveGroups {

  private static final Comparator<TopicPartition> IN_ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final ClusterAccess cluster;
  private final Clock clock;

  public MoveGroups(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  /**
   * Plans a move of a group to a target. Changes nothing.
   *
   * @param part {@code TOPIC} or {@code TOPIC:PARTITION}; null for all partitions on which the
   *     group has committed
   * @throws GroupRefusedException where there is no such group, or nothing to move
   */
  public ResetPlan plan(String group, ResetTarget target, String part) {
    if (target instanceof ResetTarget.At && part == null) {
      throw new GroupRefusedException(
          "an offset is one topic's: say which with --topic TOPIC or TOPIC:PARTITION");
    }
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      List<Member> members = members(admin, group);
      Map<TopicPartition, OffsetAndMetadata> committed = committed(admin, group);
      Collection<TopicPartition> partitions =
          part == null ? committed.keySet() : partitions(log, part);
      if (partitions.isEmpty()) {
        throw new GroupRefusedException(
            part == null
                ? "group " + group + " has committed nothing; say of which topic with --topic"
                : "group " + group + " can have no offset on " + part);
      }
      Map<TopicPartition, Optional<OffsetAndMetadata>> wanted = new HashMap<>();
      partitions.forEach(
          partition ->
              wanted.put(partition, Optional.of(new OffsetAndMetadata(target.on(partition, log)))));
      return plan(log, group, members, committed, wanted);
    }
  }

  /**
   * Plans a group's return to the offsets that it had before an action. Changes nothing.
   *
   * @throws GroupRefusedException where there is no such action, it kept no offsets, or the group
   *     is gone
   */
  public ResetPlan planUndo(String actionId) {
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      Action action = log.last(cluster.topics().actions(), Set.of(actionId)).get(actionId);
      if (action == null) {
        throw new GroupRefusedException(
            "there is no action " + actionId + " in data set " + dataset().name());
      }
      String group = action.getSubject();
      var kept = ResetPlan.kept(action);
      return plan(log, group, members(admin, group), committed(admin, group), kept);
    }
  }

  /**
   * Does what a plan says, and keeps a record of it.
   *
   * @param name {@code group.reset} or {@code group.undo}
   * @param actor who does it
   * @param detail it in a sentence
   * @return the id of that record, by which the move can be undone
   * @throws GroupRefusedException where the group has members, or it is no longer where the plan
   *     found it
   * @throws KafkaException where the cluster does not take it; the old offsets are kept all the
   *     same
   */
  public String move(ResetPlan plan, String name, String actor, Sentence detail) {
    if (!plan.members().isEmpty()) {
      throw inUse(plan.group(), plan.members());
    }
    Action action =
        Action.newBuilder()
            .setActionId(UUID.randomUUID().toString())
            .setName(name)
            .setSubject(plan.group())
            .setActor(actor)
            .setDetail(detail.text())
            .setTemplate(detail.name())
            .setArguments(detail.words())
            .setFacts(plan.facts())
            .setDoneAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
            .build();
    try (Admin admin = cluster.admin()) {
      members(admin, plan.group());
      requireUnmoved(plan, committed(admin, plan.group()));
      // Its outcome is empty until it is known, so that an end in between loses no offsets.
      ActionLog.write(cluster, action);
      try {
        set(admin, plan);
      } catch (GroupRefusedException | KafkaException e) {
        String outcome = e instanceof KafkaException ? "FAILED" : "REFUSED";
        ActionLog.write(cluster, Action.newBuilder(action).setOutcome(outcome).build());
        throw e;
      }
      ActionLog.write(cluster, Action.newBuilder(action).setOutcome("DONE").build());
      return action.getActionId();
    }
  }

  /**
   * Undo goes back to where the plan found the group, so what was committed since would be lost;
   * and what was said of what is read again would be wrong.
   */
  private static void requireUnmoved(
      ResetPlan plan, Map<TopicPartition, OffsetAndMetadata> committed) {
    for (Move move : plan.moves()) {
      OffsetAndMetadata place = committed.get(move.partition());
      OffsetAndMetadata planned = move.now().orElse(null);
      if (move.changes() && !isSame(place, planned)) {
        throw new GroupRefusedException(
            "group "
                + plan.group()
                + " has moved since this was planned: on "
                + move.partition()
                + " it was at "
                + inWords(planned)
                + " and is at "
                + inWords(place)
                + "; nothing is changed, plan it again");
      }
    }
  }

  /** Ignores the epoch of the partition's leader. */
  private static boolean isSame(OffsetAndMetadata place, OffsetAndMetadata other) {
    return (place == null || other == null)
        ? Objects.equals(place, other)
        : place.offset() == other.offset() && place.metadata().equals(other.metadata());
  }

  private static String inWords(OffsetAndMetadata place) {
    return place == null ? "none" : String.valueOf(place.offset());
  }

  private Dataset dataset() {
    return cluster.dataset();
  }

  private static List<TopicPartition> partitions(CommittedLog log, String part) {
    return log.partitions(part.replaceFirst(":.*", "")).stream()
        .filter(one -> part.equals(one.topic()) || part.equals(one.topic() + ":" + one.partition()))
        .toList();
  }

  private ResetPlan plan(
      CommittedLog log,
      String group,
      List<Member> members,
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, Optional<OffsetAndMetadata>> wanted) {
    Map<TopicPartition, Stretch> held = log.everything(wanted.keySet());
    List<Move> moves =
        wanted.keySet().stream()
            .sorted(IN_ORDER)
            .map(
                partition ->
                    move(
                        partition,
                        committed.get(partition),
                        wanted.get(partition).orElse(null),
                        held.get(partition)))
            .toList();
    boolean changes = moves.stream().anyMatch(Move::changes);
    return new ResetPlan(group, members, moves, changes ? notes(group) : List.of());
  }

  private static Move move(
      TopicPartition partition, OffsetAndMetadata now, OffsetAndMetadata asked, Stretch held) {
    OffsetAndMetadata then = asked;
    OptionalLong outOfReach = OptionalLong.empty();
    if (asked != null && (asked.offset() < held.from() || asked.offset() > held.to())) {
      then = new OffsetAndMetadata(asked.offset() < held.from() ? held.from() : held.to());
      outOfReach = OptionalLong.of(asked.offset());
    }
    return new Move(
        partition,
        Optional.ofNullable(now),
        Optional.ofNullable(then),
        held.from(),
        held.to(),
        outOfReach);
  }

  private static List<Member> members(Admin admin, String group) {
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

  /** All that a group has committed. */
  static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        new HashMap<>(
            await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group)));
    committed.values().removeIf(Objects::isNull);
    return committed;
  }

  /**
   * Commits what a plan's moves say in the group's name, and takes other commits away.
   *
   * @throws GroupRefusedException where the group has members, which may have joined just now
   */
  private static void set(Admin admin, ResetPlan plan) {
    String group = plan.group();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    Set<TopicPartition> removed = new HashSet<>();
    for (Move move : plan.moves()) {
      if (move.changes()) {
        move.then()
            .ifPresentOrElse(
                place -> offsets.put(move.partition(), place), () -> removed.add(move.partition()));
      }
    }
    try {
      if (!offsets.isEmpty()) {
        await(admin.alterConsumerGroupOffsets(group, offsets).all());
      }
      if (!removed.isEmpty()) {
        await(admin.deleteConsumerGroupOffsets(group, removed).all());
      }
    } catch (KafkaException e) {
      throw isOfMembers(e) || isOfMembers(e.getCause()) ? inUse(group, members(admin, group)) : e;
    }
  }

  private static boolean isOfMembers(Throwable fault) {
    return fault instanceof GroupNotEmptyException || fault instanceof UnknownMemberIdException;
  }

  private static GroupRefusedException inUse(String group, List<Member> members) {
    String who =
        members.stream()
            .limit(3)
            .map(member -> member.clientId() + " at " + member.host().replaceFirst("^/", ""))
            .collect(Collectors.joining(", "));
    return new GroupRefusedException(
        "group %s is in use: %s%s; stop %s first"
            .formatted(
                group,
                who.isEmpty() ? "by a member that just joined" : who,
                members.size() > 3 ? " and " + (members.size() - 3) + " more" : "",
                members.size() == 1 ? "it" : "them"));
  }

  private List<String> notes(String group) {
    if (group.equals(dataset().preprocessGroup())) {
      return List.of(
          "preprocessing would judge pairs a second time, or never, in the same data set; audit"
              + " then finds them twice or missing. A re-run belongs in a data set of its own.");
    } else if (group.equals(dataset().indexGroup())) {
      return List.of(
          "pairs that are skipped are in no view that is cut and not on the dashboard, and no takedown"
              + " of a contributor, producer or source finds them; earliest indexes them.");
    } else if (group.equals(dataset().lookUpGroup())) {
      return List.of(
          "pairs of pictures that are skipped wait for ever; earliest looks all up once more, which"
              + " changes nothing and sends those that wait on.");
    } else if (group.equals(dataset().fetchGroup())) {
      return List.of(
          "links that were finished out of order are forgotten and fetched once more; undo brings"
              + " that knowledge back.");
    } else if (group.equals(dataset().feedGroup())) {
      return List.of(
          "a feed goes on from its own checkpoint; this moves what the lag display shows, until the"
              + " feed commits again.");
    }
    return List.of();
  }
}
