package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.schemas.Hint;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a group is, over all its partitions.
 *
 * @param type by which protocol its members agree: {@code consumer}, {@code streams} or {@code
 *     classic}, the older one, and groups without members whose position another client commits
 * @param state the broker's word for its state: {@code Stable}; {@code Dead} where the cluster no
 *     longer knows it, {@code Absent} where it was never seen
 * @param members how many members it has now
 * @param decides whether it counts for what is said of the whole platform, and raises pages: the
 *     platform's own groups do, but for that of trainers, and those that an operator has named;
 *     muted ones do not
 * @param own whether it is one of the platform's own groups
 * @param muted until when it is known trouble; empty where it is not
 * @param now how far it is
 * @param worstPartition the partition that the verdict is about; empty where the group has none
 * @param partitions by topic and number
 */
public record GroupLag(
    String group,
    String type,
    String state,
    int members,
    boolean decides,
    boolean own,
    Optional<Mute> muted,
    @JsonUnwrapped Lag now,
    Optional<WorstPartition> worstPartition,
    List<PartitionLag> partitions) {

  /** A partition. */
  public record WorstPartition(String topic, int partition) {}

  /** State of a group of ours that was not seen since the watch began. */
  public static final String ABSENT = "Absent";

  /** Kafka's word for the state of a group that is no more. */
  public static final String DEAD = "Dead";

  public GroupLag {
    partitions = List.copyOf(partitions);
  }

  /** Whether a name is like one of the patterns, in which {@code *} stands for any characters. */
  public static boolean isLike(String name, Collection<String> patterns) {
    return patterns.stream()
        .anyMatch(each -> name.matches(Pattern.quote(each).replace("*", "\\E.*\\Q")));
  }

  /**
   * Partition of several on which more than half of all that waits does; empty where there is none.
   *
   * @param waiting records that wait for the group
   */
  public static Optional<PartitionLag> hot(List<PartitionLag> partitions, long waiting) {
    return partitions.stream()
        .filter(each -> partitions.size() > 1 && 2 * each.now().records().orElse(0) > waiting)
        .findFirst();
  }

  /** This group without its partitions. */
  public GroupLag withoutPartitions() {
    return with(decides, now, List.of());
  }

  /** Commands to type next about partitions whose records wait and are not read. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  Map<TopicPartition, List<String>> commands() {
    Map<TopicPartition, List<String>> commands = new HashMap<>();
    for (PartitionLag each : partitions) {
      TopicPartition at = each.topicPartition();
      each.head()
          .filter(head -> each.now().verdict().isStuck())
          .ifPresent(head -> commands.put(at, commands(at, head)));
    }
    return commands;
  }

  /** Ours are moved past nothing; for another's group Kafka's tool shows the move. */
  private List<String> commands(TopicPartition at, HeadRecord head) {
    String why = Hint.of("why " + at + "-" + head.offset());
    return own
        ? head.isPair() ? List.of(why, Hint.of("doctor")) : List.of(Hint.of("doctor"))
        : List.of(
            "kafka-consumer-groups.sh --bootstrap-server HOST:PORT --group %s --topic %s:%d --reset-offsets --to-offset %d --dry-run"
                .formatted(Hint.quoted(group), at.topic(), at.partition(), head.offset() + 1));
  }

  /** This group with another lag. */
  public GroupLag with(Lag lag) {
    return with(decides, lag, partitions);
  }

  /** This group, counted for the headline. */
  public GroupLag deciding() {
    return with(true, now, partitions);
  }

  /** This group as one of the platform's own, or of another application. */
  public GroupLag own(boolean isOwn) {
    return new GroupLag(
        group, type, state, members, decides, isOwn, muted, now, worstPartition, partitions);
  }

  /** This group as known trouble, which decides nothing. */
  public GroupLag muted(Mute mute) {
    Optional<Mute> known = Optional.of(mute);
    return new GroupLag(
        group, type, state, members, false, own, known, now, worstPartition, partitions);
  }

  /**
   * This group where its own process reports an obstacle: then it is not said to keep up.
   *
   * @param isStarting whether that process has just started
   */
  public GroupLag waiting(boolean isStarting) {
    boolean waits =
        now.verdict() == LagVerdict.OK || (isStarting && now.verdict() == LagVerdict.UNKNOWN);
    LagVerdict unknown = isStarting ? LagVerdict.STARTING : LagVerdict.UNKNOWN;
    return waits ? with(decides, now.notKnown(unknown, group), partitions) : this;
  }

  /** This group with something more in its sentence. */
  public GroupLag noting(Sentence more) {
    return with(decides, now.because(more), partitions);
  }

  /** This group with a cause, where it is in trouble or its state is unknown. */
  public GroupLag because(Sentence cause) {
    return now.verdict().isWorseThan(LagVerdict.STARTING) ? noting(cause) : this;
  }

  private GroupLag with(boolean nowDecides, Lag lag, List<PartitionLag> some) {
    return new GroupLag(
        group, type, state, members, nowDecides, own, muted, lag, worstPartition, some);
  }
}
