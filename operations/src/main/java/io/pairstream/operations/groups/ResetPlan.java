package io.pairstream.operations.groups;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What moving a group would do. Numbers hold for the moment at which they were read.
 *
 * @param members who is in the group now; it can be moved only while nobody is
 * @param moves by topic and partition
 * @param notes what else to know before doing it, a sentence each
 */
public record ResetPlan(
    String group, List<GroupMember> members, List<Move> moves, List<String> notes) {

  public ResetPlan {
    members = List.copyOf(members);
    moves = List.copyOf(moves);
    notes = List.copyOf(notes);
  }

  /** Whether anything changes. */
  @JsonProperty
  public boolean changes() {
    return moves.stream().anyMatch(Move::changes);
  }

  /** Offsets that would be read once more. */
  @JsonProperty
  public long again() {
    return moves.stream().mapToLong(Move::again).sum();
  }

  /** Offsets that would never be read. */
  @JsonProperty
  public long skipped() {
    return moves.stream().mapToLong(Move::skipped).sum();
  }

  /** About how many bytes would be read once more; empty where not all are known. */
  @JsonProperty
  public OptionalLong againBytes() {
    return bytes(move -> move.again() > 0);
  }

  /** About how many bytes would never be read; empty where not all are known. */
  @JsonProperty
  public OptionalLong skippedBytes() {
    return bytes(move -> move.skipped() > 0);
  }

  /** When the first record that would be read again or skipped was written. */
  @JsonProperty
  public Optional<Instant> since() {
    return moves.stream().flatMap(move -> move.since().stream()).min(Comparator.naturalOrder());
  }

  private OptionalLong bytes(Predicate<Move> meant) {
    List<OptionalLong> all = moves.stream().filter(meant).map(Move::bytes).toList();
    return all.stream().allMatch(OptionalLong::isPresent)
        ? OptionalLong.of(all.stream().mapToLong(OptionalLong::getAsLong).sum())
        : OptionalLong.empty();
  }
}
