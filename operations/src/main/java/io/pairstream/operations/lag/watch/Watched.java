package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.HeadRecord;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.verdict.PartitionJudge;
import io.pairstream.operations.lag.watch.GroupPlace.Position;
import io.pairstream.operations.lag.watch.HeadReader.Place;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A partition of a group over the looks. Not thread-safe. */
final class Watched {

  final PartitionJudge judge;
  private Place place;
  private boolean stands;
  Head head;
  private HeadRecord lastRead;
  private long headReadInLook = -1;
  PartitionLag last;

  Watched(PartitionJudge judge) {
    this.judge = judge;
  }

  /** In which look its head was read last; -1 where it never was. */
  long headReadInLook() {
    return headReadInLook;
  }

  /** Whether the group stood at the same place in the last look. */
  boolean stands() {
    return stands;
  }

  void read(Head found, long look) {
    head = found;
    headReadInLook = look;
    found.record().ifPresent(record -> lastRead = record);
  }

  void moveTo(Place now) {
    stands = now.equals(place);
    if (!stands) {
      place = now;
      head = null;
    }
  }

  /** Records that wait, with what is known of the head. */
  long lag(Position position, PartitionLog log) {
    if (position.lag().isPresent() && position.lag().getAsLong() == 0) {
      return 0;
    }
    long from = Math.max(position.committed(), log.start());
    if (head != null) {
      from = Math.max(from, head.record().map(HeadRecord::offset).orElse(head.lookedUpTo()));
    }
    // Who is beyond the last stable offset reads what is not committed, and has all of it to read.
    long end = position.committed() > log.end() ? log.highWatermark() : log.end();
    long left = end - from;
    if (left <= 0) {
      return 0;
    }
    if (position.lag().isPresent()) {
      return Math.min(left, position.lag().getAsLong());
    }
    return Math.max(0, left - position.finishedAbove().below(end));
  }

  /**
   * Age of the record at a place: by its own timestamp where it was read; otherwise by when looks
   * saw it arrive; otherwise at most that of an earlier one.
   */
  OptionalDouble age(Instant at, long committed, PartitionLog log) {
    OptionalLong born =
        head != null && head.record().isPresent()
            ? OptionalLong.of(head.record().get().at().toEpochMilli())
            : log.arrivalOf(Math.max(committed, log.start()));
    if (born.isEmpty() && lastRead != null && lastRead.offset() <= committed) {
      born = OptionalLong.of(lastRead.at().toEpochMilli());
    }
    return born.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, (at.toEpochMilli() - born.getAsLong()) / 1e3));
  }

  /** Time until the log may drop the first record that waits, by its age or by the log's size. */
  static OptionalDouble retention(PartitionLog log, long lag, OptionalDouble seconds) {
    double left = Double.POSITIVE_INFINITY;
    if (log.retention().millis() >= 0 && seconds.isPresent()) {
      left = log.retention().millis() / 1e3 - seconds.getAsDouble();
    }
    OptionalDouble untilFull = log.secondsUntilDropped(lag);
    if (untilFull.isPresent()) {
      left = Math.min(left, untilFull.getAsDouble());
    }
    return Double.isInfinite(left) ? OptionalDouble.empty() : OptionalDouble.of(Math.max(0, left));
  }
}
