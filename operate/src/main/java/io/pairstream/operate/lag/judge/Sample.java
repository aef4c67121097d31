package io.pairstream.operate.lag.judge;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.pairstream.operate.lag.Durations;
import io.pairstream.operate.lag.judge.Judgement.Rewind;
import io.pairstream.service.transactions.OpenTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One look at a group's place on a partition.
 *
 * @param at when
 * @param committed the offset that the group reads next; empty where it never committed
 * @param finished how many offsets it has done with: {@code committed}, and those above it that it
 *     finished out of order
 * @param logStart first offset that the partition holds
 * @param end offset behind the last record that a reader of committed records can read
 * @param highWatermark offset behind the last record, be it committed or not; no less than {@code
 *     end}
 * @param hanging the transaction that keeps {@code end} where it is; empty where none is open for
 *     longer than transactions on this partition usually are
 * @param lag records that wait, 0 where only transaction markers are left; without meaning where
 *     the group never committed
 * @param alive whether the group has a member that could read the partition
 * @param present whether the group has members at all; true where {@code alive} is
 * @param waitsByDesign whether its records are left until their time has come, as links are that
 *     are to be tried again
 * @param wentBack from where the group has gone back since the last look, and how far; empty where
 *     none of its commits says so
 * @param madeAnew when the topic was seen to have been made anew; empty where it never was
 * @param seconds age of the first record that waits; empty where it is not known
 * @param retentionSeconds time until the log may drop that record; empty where it never does
 */
public record Sample(
    Instant at,
    OptionalLong committed,
    long finished,
    long logStart,
    long end,
    long highWatermark,
    Optional<Hanging> hanging,
    long lag,
    boolean alive,
    boolean present,
    boolean waitsByDesign,
    Optional<Rewind> wentBack,
    Optional<Instant> madeAnew,
    OptionalDouble seconds,
    OptionalDouble retentionSeconds) {

  /**
   * A transaction that does not end.
   *
   * @param records what it holds back, in offsets: 1 or more
   * @param seconds for how long it has done so, as far as looks have seen it
   * @param by whose it is; empty where no broker says so
   */
  public record Hanging(long records, double seconds, @JsonIgnore Optional<OpenTransaction> by) {

    public Hanging {
      by = by == null ? Optional.empty() : by;
    }
  }

  /**
   * Whether the topic was made anew within so many seconds, or the group's place is still that in
   * the earlier topic.
   */
  boolean isTopicNew(double seconds) {
    return madeAnew
        .filter(then -> isBeyondEnd() || Durations.seconds(Duration.between(then, at)) < seconds)
        .isPresent();
  }

  /** Whether there is something that the group has not read. */
  public boolean isUnread() {
    return committed.isPresent() ? lag > 0 : end > logStart;
  }

  /** Whether the group can read nothing more until a transaction ends. */
  boolean isHeldBack() {
    // A group beyond the last stable offset reads what is not committed, and is not held.
    return hanging.isPresent() && lag == 0 && committed.orElse(Long.MAX_VALUE) <= end;
  }

  /** Since when a transaction holds the group back; the time of the look where none does. */
  Instant heldSince() {
    return at.minusMillis((long) (hanging.map(Hanging::seconds).orElse(0.0) * 1e3));
  }

  /**
   * Whether the place is beyond the log's end; readers of what is not committed are rightly beyond
   * the last stable offset.
   */
  public boolean isBeyondEnd() {
    return committed.isPresent() && committed.getAsLong() > highWatermark;
  }

  /**
   * From where the group has gone back since the last look. A place that was in a topic which is no
   * more, or beyond the end of one that lost its last records, is nothing that was read.
   */
  Optional<Rewind> wentBack(Sample last) {
    if (committed.isEmpty() || last.isBeyondEnd()) {
      return Optional.empty();
    }
    long now = committed.getAsLong();
    return wentBack
        .or(() -> last.committed.stream().mapToObj(before -> new Rewind(before, now)).findFirst())
        .filter(found -> found.to() < found.from() && found.from() <= highWatermark);
  }

  /** Whether the topic was made anew or the place was removed: what was seen tells nothing. */
  boolean startsAnew(Sample last) {
    boolean removed = last.committed.isPresent() && committed.isEmpty();
    boolean logIsShorter = end < last.end && logStart <= last.logStart;
    boolean placeWentToo =
        committed.isPresent() && !isBeyondEnd() && committed.getAsLong() < last.committed.orElse(0);
    return removed || (logIsShorter && placeWentToo) || !madeAnew.equals(last.madeAnew);
  }

  /**
   * Whether the log may drop what waits before it is read. A log is read in order: what waits now
   * is read after lag / pace, whatever arrives behind it.
   */
  boolean isAtRisk(double perSecond) {
    return retentionSeconds.isPresent() && lag > perSecond * retentionSeconds.getAsDouble();
  }
}
