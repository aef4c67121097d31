package io.pairstream.operations.groups;

import io.pairstream.operations.actions.ActionLog;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.lag.watch.LogReader;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Dataset;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves groups of every kind: the plan first, then the move, and the way back.
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
   * Part of a group's topics.
   *
   * @param topic full name
   * @param partition empty for all
   */
  public record Part(String topic, OptionalInt partition) {

    boolean holds(TopicPartition candidate) {
      return candidate.topic().equals(topic)
          && (partition.isEmpty() || partition.getAsInt() == candidate.partition());
    }
  }

  /**
   * What was done.
   *
   * @param actionId the record of it, by which it can be undone
   */
  public record Moved(ResetPlan plan, String actionId) {}

  /**
   * What going to a target would do. Changes nothing.
   *
   * @param part empty for all partitions on which the group has committed
   * @throws GroupRefusedException where there is no such group, or nothing to move
   */
  public ResetPlan plan(String group, ResetTarget target, Optional<Part> part) {
    if (target instanceof ResetTarget.At && part.isEmpty()) {
      throw new GroupRefusedException(
          "an offset is one topic's: say which with --topic TOPIC or TOPIC:PARTITION");
    }
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      GroupOffsets offsets = existing(admin, group);
      Map<TopicPartition, OffsetAndMetadata> committed = offsets.committed();
      Set<TopicPartition> partitions = new TreeSet<>(IN_ORDER);
      if (part.isEmpty()) {
        partitions.addAll(committed.keySet());
      } else {
        // A share group cannot be given an offset where it never had one, nor lose it again.
        Collection<TopicPartition> candidates =
            offsets.type() == GroupType.SHARE
                ? committed.keySet()
                : log.partitions(part.get().topic());
        candidates.stream().filter(part.get()::holds).forEach(partitions::add);
      }
      if (partitions.isEmpty()) {
        throw new GroupRefusedException(
            part.isEmpty()
                ? "group " + group + " has committed nothing; say of which topic with --topic"
                : "group " + group + " can have no offset on " + inWords(part.get()));
      }
      Map<TopicPartition, Long> starts = log.beginnings(partitions);
      Map<TopicPartition, Long> ends = log.ends(partitions);
      Map<TopicPartition, Optional<OffsetAndMetadata>> wanted = new HashMap<>();
      for (TopicPartition partition : partitions) {
        long offset;
        if (target instanceof ResetTarget.Earliest) {
          offset = starts.get(partition);
        } else if (target instanceof ResetTarget.Latest) {
          offset = ends.get(partition);
        } else if (target instanceof ResetTarget.At at) {
          offset = at.offset();
        } else {
          offset = log.offsetAt(partition, ((ResetTarget.Since) target).time().toEpochMilli());
        }
        wanted.put(partition, Optional.of(new OffsetAndMetadata(offset)));
      }
      return plan(admin, log, offsets, group, committed, wanted);
    }
  }

  /**
   * What going back to the offsets of an action would do. Changes nothing.
   *
   * @throws GroupRefusedException where there is no such action, it kept no offsets, or the group
   *     is gone
   */
  public ResetPlan planUndo(String actionId) {
    Action action =
        KeptOffsets.find(cluster, actionId)
            .orElseThrow(
                () ->
                    new GroupRefusedException(
                        "there is no action " + actionId + " in data set " + dataset().name()));
    Map<TopicPartition, Optional<OffsetAndMetadata>> kept = KeptOffsets.of(action);
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      GroupOffsets offsets = existing(admin, action.getSubject());
      return plan(admin, log, offsets, action.getSubject(), offsets.committed(), kept);
    }
  }

  /**
   * Does what a plan says, and keeps a record of it.
   *
   * @param name {@code group.reset} or {@code group.undo}
   * @param actor who does it
   * @param detail it in a sentence
   * @throws GroupRefusedException where somebody is in the group, or it is no longer where the plan
   *     found it
   * @throws KafkaException where the cluster does not take it; the old offsets are kept all the
   *     same
   */
  public Moved move(ResetPlan plan, String name, String actor, String detail) {
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
      GroupOffsets offsets = existing(admin, plan.group());
      requireUnmoved(plan, offsets.committed());
      // Its outcome is empty until it is known, so that an end in between loses no offsets.
      ActionLog.write(cluster, action);
      try {
        Map<TopicPartition, OffsetAndMetadata> set = new HashMap<>();
        Set<TopicPartition> removed = new HashSet<>();
        for (Move move : plan.moves()) {
          if (move.changes() && move.to().isPresent()) {
            set.put(
                move.partition(),
                new OffsetAndMetadata(move.to().getAsLong(), plan.metadataOf(move.partition())));
          } else if (move.changes()) {
            removed.add(move.partition());
          }
        }
        offsets.set(set);
        offsets.remove(removed);
      } catch (GroupRefusedException e) {
        ActionLog.write(cluster, Action.newBuilder(action).setOutcome("REFUSED").build());
        throw e;
      } catch (KafkaException e) {
        ActionLog.write(cluster, Action.newBuilder(action).setOutcome("FAILED").build());
        throw e;
      }
      ActionLog.write(cluster, Action.newBuilder(action).setOutcome("DONE").build());
      return new Moved(plan, action.getActionId());
    }
  }

  /**
   * Undo goes back to where the plan found the group, so what was committed since would be lost;
   * and what was said of what is read again would be wrong.
   */
  private static void requireUnmoved(
      ResetPlan plan, Map<TopicPartition, OffsetAndMetadata> committed) {
    for (Move move : plan.moves()) {
      OffsetAndMetadata now = committed.get(move.partition());
      OptionalLong place = now == null ? OptionalLong.empty() : OptionalLong.of(now.offset());
      String metadata = now == null ? "" : now.metadata();
      if (move.changes() && !(place.equals(move.from()) && metadata.equals(move.metadata()))) {
        throw new GroupRefusedException(
            "group "
                + plan.group()
                + " has moved since this was planned: on "
                + move.partition()
                + " it was at "
                + inWords(move.from())
                + " and is at "
                + inWords(place)
                + "; nothing is changed, plan it again");
      }
    }
  }

  private static String inWords(OptionalLong offset) {
    return offset.isPresent() ? String.valueOf(offset.getAsLong()) : "none";
  }

  private Dataset dataset() {
    return cluster.dataset();
  }

  private static GroupOffsets existing(Admin admin, String group) {
    return GroupOffsets.find(admin, group)
        .orElseThrow(
            () -> new GroupRefusedException("there is no group " + group + " on this cluster"));
  }

  private static String inWords(Part part) {
    return part.topic() + (part.partition().isEmpty() ? "" : ":" + part.partition().getAsInt());
  }

  private ResetPlan plan(
      Admin admin,
      CommittedLog log,
      GroupOffsets offsets,
      String group,
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, Optional<OffsetAndMetadata>> wanted) {
    Set<TopicPartition> partitions = new TreeSet<>(IN_ORDER);
    partitions.addAll(wanted.keySet());
    Map<TopicPartition, Long> starts = log.beginnings(partitions);
    Map<TopicPartition, Long> ends = log.ends(partitions);
    Map<TopicPartition, Long> sizes = sizes(admin);
    List<Move> moves = new ArrayList<>();
    Map<TopicPartition, Stretch> between = new HashMap<>();
    Map<TopicPartition, String> metadata = new HashMap<>();
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata now = committed.get(partition);
      Optional<OffsetAndMetadata> then = wanted.get(partition);
      long start = starts.get(partition);
      long end = ends.get(partition);
      OptionalLong from = now == null ? OptionalLong.empty() : OptionalLong.of(now.offset());
      OptionalLong to = OptionalLong.empty();
      OptionalLong outOfReach = OptionalLong.empty();
      if (then.isPresent()) {
        long asked = then.get().offset();
        to = OptionalLong.of(Math.max(start, Math.min(asked, end)));
        if (to.getAsLong() != asked) {
          outOfReach = OptionalLong.of(asked);
        } else {
          metadata.put(partition, then.get().metadata());
        }
      }
      Move move =
          new Move(
              partition,
              from,
              now == null ? "" : now.metadata(),
              to,
              start,
              end,
              outOfReach,
              OptionalLong.empty(),
              Optional.empty());
      long records = move.again() + move.skipped();
      if (records > 0) {
        long first = Math.max(start, Math.min(from.getAsLong(), to.getAsLong()));
        between.put(partition, new Stretch(first, first + records));
        move =
            move.with(
                sizes.containsKey(partition) && end > start
                    ? OptionalLong.of(
                        Math.round((double) sizes.get(partition) / (end - start) * records))
                    : OptionalLong.empty());
      }
      moves.add(move);
    }
    Map<TopicPartition, Instant> times = new HashMap<>();
    log.read(
        between,
        record -> {
          times.put(
              new TopicPartition(record.topic(), record.partition()),
              Instant.ofEpochMilli(record.timestamp()));
          return false;
        });
    return new ResetPlan(
        group,
        offsets.type(),
        offsets.members(),
        moves.stream()
            .map(move -> move.with(Optional.ofNullable(times.get(move.partition()))))
            .toList(),
        metadata,
        moves.stream().anyMatch(Move::changes) ? notes(group) : List.of());
  }

  /** What the groups of a data set have in them beside offsets. */
  private List<String> notes(String group) {
    if (group.equals(dataset().preprocessGroup())) {
      return List.of(
          "preprocessing would judge pairs a second time, or never, in the same data set; audit then"
              + " finds them twice or missing. A re-run belongs in a data set of its own.");
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

  /** Bytes of each partition's log on disk; without those that the broker does not tell us. */
  private static Map<TopicPartition, Long> sizes(Admin admin) {
    try {
      return new LogReader(admin).sizes().logs();
    } catch (KafkaException e) {
      // Who may not ask gets a plan without bytes.
      return Map.of();
    }
  }
}
