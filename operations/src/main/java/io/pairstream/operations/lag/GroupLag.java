package io.pairstream.operations.lag;

import io.pairstream.operations.sentence.Sentence;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * How far a group is, over all its partitions.
 *
 * @param type by which protocol its members agree: {@code consumer}, {@code streams} or {@code
 *     classic}, the older one, and groups without members whose position somebody else commits
 * @param state the broker's word for its state: {@code Stable}; {@code Dead} where the cluster no
 *     longer knows it, {@code Absent} where it was never seen
 * @param members how many members it has now
 * @param decides whether it counts for what is said of the whole platform, and pages somebody: the
 *     platform's own groups do, and those that an operator has named
 * @param verdict the worst of its partitions
 * @param sentence the same for a person, on one line
 * @param since when it began to be so
 * @param lag records that wait; empty where nothing is known of any partition
 * @param bytes estimated size of what waits
 * @param seconds age of the oldest record that waits
 * @param arrivalPerSecond records that arrive in a second
 * @param processingPerSecond records that the group reads in a second
 * @param catchUp when what waits is read
 * @param retentionSeconds time until the first record may be lost, if the group reads nothing
 * @param lost records that left the log unread, at most
 * @param worstPartition the partition that the verdict is about; empty where the group has none
 * @param partitions by topic and number
 */
public record GroupLag(
    String group,
    String type,
    String state,
    int members,
    boolean decides,
    Verdict verdict,
    Sentence sentence,
    Instant since,
    OptionalLong lag,
    OptionalLong bytes,
    OptionalDouble seconds,
    OptionalDouble arrivalPerSecond,
    OptionalDouble processingPerSecond,
    CatchUp catchUp,
    OptionalDouble retentionSeconds,
    long lost,
    Optional<WorstPartition> worstPartition,
    List<PartitionLag> partitions)
    implements Lag {

  /** A partition. */
  public record WorstPartition(String topic, int partition) {}

  /** The state of a group of ours that was not there since somebody looks. */
  public static final String ABSENT = "Absent";

  /** Kafka's word for the state of a group that is no more. */
  public static final String DEAD = "Dead";

  public GroupLag {
    partitions = List.copyOf(partitions);
  }

  /** Whether its name is like one of the patterns, in which {@code *} stands for any characters. */
  public boolean isLike(Collection<String> patterns) {
    return isLike(group, patterns);
  }

  static boolean isLike(String name, Collection<String> patterns) {
    return patterns.stream()
        .anyMatch(each -> name.matches(Pattern.quote(each).replace("*", "\\E.*\\Q")));
  }

  /** The same without its partitions. */
  public GroupLag withoutPartitions() {
    return with(decides, List.of());
  }

  /** The same, which decides. */
  public GroupLag deciding() {
    return with(true, partitions);
  }

  private GroupLag with(boolean nowDecides, List<PartitionLag> some) {
    return new GroupLag(
        group,
        type,
        state,
        members,
        nowDecides,
        verdict,
        sentence,
        since,
        lag,
        bytes,
        seconds,
        arrivalPerSecond,
        processingPerSecond,
        catchUp,
        retentionSeconds,
        lost,
        worstPartition,
        some);
  }
}
