package io.pairstream.operations.groups;

import io.pairstream.operations.actions.ActionLog;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.groups.ResetPlan.Move;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Dataset;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves consumer groups: the plan first, then the move, and the way back.
 *
 * <p>The offsets that a group had are on the topic of actions before it is moved, so that none is
 * ever lost. A group is moved only while nobody is in it. Whoever reads without joining, as the
 * feed of a trainer does, is not seen, and commits over it.
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
   * What going to a target would do. Changes nothing.
   *
   * @param part {@code TOPIC} or {@code TOPIC:PARTITION}; empty for all partitions on which the
   *     group has committed
   * @throws GroupRefusedException where there is no such group, or nothing to move
   */
  public ResetPlan plan(String group, ResetTarget target, Optional<String> part) {
    if (target instanceof ResetTarget.At && part.isEmpty()) {
      throw new GroupRefusedException(
          "an offset is one topic's: say which with --topic TOPIC or TOPIC:PARTITION");
    }
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      GroupOffsets offsets = new GroupOffsets(admin, group);
      Collection<TopicPartition> partitions =
          part.isEmpty() ? offsets.committed().keySet() : partitions(log, part.get());
      if (partitions.isEmpty()) {
        throw new GroupRefusedException(
            part.isEmpty()
                ? "group " + group + " has committed nothing; say of which topic with --topic"
                : "group " + group + " can have no offset on " + part.get());
      }
      Map<TopicPartition, Optional<OffsetAndMetadata>> wanted = new HashMap<>();
      partitions.forEach(
          partition ->
              wanted.put(partition, Optional.of(new OffsetAndMetadata(target.on(partition, log)))));
      return plan(log, offsets, group, wanted);
    }
  }

  /**
   * What going back to the offsets of an action would do. Changes nothing.
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
      var kept = KeptOffsets.of(action);
      return plan(log, new GroupOffsets(admin, action.getSubject()), action.getSubject(), kept);
    }
  }

  /**
   * Does what a plan says, and keeps a record of it.
   *
   * @param name {@code group.reset} or {@code group.undo}
   * @param actor who does it
   * @param detail it in a sentence
   * @return the id of that record, by which the move can be undone
   * @throws GroupRefusedException where somebody is in the group, or it is no longer where the plan
   *     found it
   * @throws KafkaException where the cluster does not take it; the old offsets are kept all the
   *     same
   */
  public String move(ResetPlan plan, String name, String actor, String detail) {
    if (!plan.members().isEmpty()) {
      throw GroupOffsets.inUse(plan.group(), plan.members());
    }
    Action action =
        Action.newBuilder()
            .setActionId(UUID.randomUUID().toString())
            .setName(name)
            .setSubject(plan.group())
            .setActor(actor)
            .setDetail(detail)
            .setFacts(KeptOffsets.facts(plan))
            .setDoneAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
            .build();
    try (Admin admin = cluster.admin()) {
      GroupOffsets offsets = new GroupOffsets(admin, plan.group());
      requireUnmoved(plan, offsets.committed());
      // Its outcome is empty until it is known, so that an end in between loses no offsets.
      ActionLog.write(cluster, action);
      try {
        offsets.set(plan.moves().stream().filter(Move::changes).toList());
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
      Optional<OffsetAndMetadata> place = Optional.ofNullable(committed.get(move.partition()));
      if (move.changes() && !isSame(place, move.now())) {
        throw new GroupRefusedException(
            "group "
                + plan.group()
                + " has moved since this was planned: on "
                + move.partition()
                + " it was at "
                + inWords(move.now())
                + " and is at "
                + inWords(place)
                + "; nothing is changed, plan it again");
      }
    }
  }

  /** The same offset and metadata, whatever the epoch of the partition's leader. */
  private static boolean isSame(
      Optional<OffsetAndMetadata> place, Optional<OffsetAndMetadata> other) {
    return inWords(place).equals(inWords(other))
        && place.map(OffsetAndMetadata::metadata).equals(other.map(OffsetAndMetadata::metadata));
  }

  private static String inWords(Optional<OffsetAndMetadata> place) {
    return place.map(committed -> String.valueOf(committed.offset())).orElse("none");
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
      GroupOffsets offsets,
      String group,
      Map<TopicPartition, Optional<OffsetAndMetadata>> wanted) {
    Map<TopicPartition, OffsetAndMetadata> committed = offsets.committed();
    Map<TopicPartition, Stretch> held = log.everything(wanted.keySet());
    List<Move> moves =
        wanted.keySet().stream()
            .sorted(IN_ORDER)
            .map(
                partition ->
                    move(
                        partition,
                        Optional.ofNullable(committed.get(partition)),
                        wanted.get(partition),
                        held.get(partition)))
            .toList();
    return new ResetPlan(
        group,
        offsets.members(),
        moves,
        moves.stream().anyMatch(Move::changes) ? notes(group) : List.of());
  }

  private static Move move(
      TopicPartition partition,
      Optional<OffsetAndMetadata> now,
      Optional<OffsetAndMetadata> asked,
      Stretch held) {
    Optional<OffsetAndMetadata> then =
        asked.map(
            place ->
                place.offset() < held.from() || place.offset() > held.to()
                    ? new OffsetAndMetadata(place.offset() < held.from() ? held.from() : held.to())
                    : place);
    OptionalLong outOfReach =
        asked.equals(then) ? OptionalLong.empty() : OptionalLong.of(asked.get().offset());
    return new Move(partition, now, then, held.from(), held.to(), outOfReach);
  }

  /** What the groups of a data set have in them beside offsets. */
  private List<String> notes(String group) {
    if (group.equals(dataset().preprocessGroup())) {
      return List.of(
          "preprocessing would judge pairs a second time, or never, in the same data set; audit"
              + " then finds them twice or missing. A re-run belongs in a data set of its own.");
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
