package io.pairstream.operations.lag;

import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.lag.ClusterReader.GroupPlace;
import io.pairstream.operations.lag.ClusterReader.GroupPlace.Position;
import io.pairstream.operations.lag.HeadReader.Head;
import io.pairstream.operations.lag.HeadReader.Place;
import io.pairstream.operations.lag.HeadReader.Wanted;
import io.pairstream.operations.sentence.Template;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** A partition of a group over the looks. Not thread-safe. */
final class Watched {

  private final TopicPartition partition;
  private final PartitionJudge judge;
  private final boolean waitsByDesign;
  private Place place;
  private boolean stands;
  private Head head;
  private HeadRecord lastRead;
  private long headReadInLook = -1;
  private double drain;

  /** What was told last; null where nothing was. */
  private PartitionLag last;

  /**
   * @param waitsByDesign whether its records are left until their time has come
   */
  Watched(TopicPartition partition, PartitionJudge judge, boolean waitsByDesign) {
    this.partition = partition;
    this.judge = judge;
    this.waitsByDesign = waitsByDesign;
  }

  /** Judges what the look of that time has seen. */
  PartitionLag tell(Instant at, GroupPlace now, PartitionLog log) {
    drain = 0;
    if (!log.isSeen(at.toEpochMilli())) {
      last = unseen(at, log);
      return last;
    }
    Sample sample = sample(at, now, log);
    Judgement judgement = judge.judge(sample);
    last = lag(now, log, sample, judgement);
    drain = last.lag().isEmpty() ? 0 : judgement.drainPerSecond();
    return last;
  }

  /** By how much its lag shrinks in a second. */
  double drain() {
    return drain;
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

  /** Takes the group's position, and tells what is to be read there; empty where all is known. */
  Optional<Wanted> moveTo(Position position, PartitionLog log) {
    Place now = new Place(partition, position.committed());
    stands = now.equals(place);
    if (!stands) {
      place = now;
      head = null;
    }
    if (lag(position, log) == 0 || position.committed() >= log.end()) {
      return Optional.empty();
    }
    long from = Math.max(position.committed(), log.start());
    if (head != null && head.record().isPresent()) {
      if (head.record().get().offset() >= log.start()) {
        return Optional.empty();
      }
    } else if (head != null) {
      if (head.lookedUpTo() >= log.end()) {
        return Optional.empty();
      }
      from = Math.max(from, head.lookedUpTo());
    }
    return Optional.of(new Wanted(now, new Stretch(from, log.end())));
  }

  /** Records that wait, with what is known of the head. */
  long lag(Position position, PartitionLog log) {
    long from = Math.max(position.committed(), log.start());
    if (head != null) {
      from = Math.max(from, head.record().map(HeadRecord::offset).orElse(head.lookedUpTo()));
    }
    // Who is beyond the last stable offset reads what is not committed, and has all of it to read.
    long end = position.committed() > log.end() ? log.highWatermark() : log.end();
    return Math.max(0, end - from - position.finishedBelow(end));
  }

  /**
   * Age of the record at a place: by its own timestamp where it was read; otherwise at most that of
   * an earlier one.
   */
  private OptionalDouble age(Instant at, long committed) {
    return Optional.ofNullable(head)
        .flatMap(Head::record)
        .or(() -> Optional.ofNullable(lastRead).filter(read -> read.offset() <= committed))
        .map(read -> Duration.between(read.at(), at).toMillis() / 1e3)
        .map(seconds -> OptionalDouble.of(Math.max(0, seconds)))
        .orElse(OptionalDouble.empty());
  }

  private Sample sample(Instant at, GroupPlace now, PartitionLog log) {
    Position position = now.positions().get(partition);
    boolean isKnown = position != null;
    long lag = isKnown ? lag(position, log) : 0;
    OptionalDouble seconds =
        !isKnown
            ? OptionalDouble.empty()
            : lag == 0 ? OptionalDouble.of(0) : age(at, position.committed());
    return new Sample(
        at,
        isKnown ? OptionalLong.of(position.committed()) : OptionalLong.empty(),
        isKnown ? position.committed() + position.finishedBelow(Long.MAX_VALUE) : 0,
        log.start(),
        log.end(),
        log.highWatermark(),
        log.hanging(at.toEpochMilli()),
        lag,
        now.isAlive(partition),
        now.members() > 0,
        waitsByDesign,
        seconds,
        lag == 0 ? OptionalDouble.empty() : retention(log, seconds));
  }

  private PartitionLag lag(GroupPlace now, PartitionLog log, Sample sample, Judgement judgement) {
    boolean committed = sample.committed().isPresent();
    Optional<HeadRecord> record =
        committed && sample.lag() > 0 && head != null ? head.record() : Optional.empty();
    return new PartitionLag(
        partition.topic(),
        partition.partition(),
        sample.committed(),
        log.start(),
        log.end(),
        log.held(),
        sample.hanging().map(Sample.Hanging::seconds).orElse(0.0),
        committed ? OptionalLong.of(sample.lag()) : OptionalLong.empty(),
        committed ? log.bytesOf(sample.lag()) : OptionalLong.empty(),
        sample.seconds(),
        judgement.verdict(),
        Sentences.partition(partition, sample, judgement, record.map(HeadRecord::sentence)),
        judgement.since(),
        judgement.arrivalPerSecond(),
        judgement.processingPerSecond(),
        judgement.catchUp(),
        sample.retentionSeconds(),
        judgement.lost(),
        now.readers().getOrDefault(partition, ""),
        record);
  }

  /** Its leader does not answer: what was known before is shown, and that it is old. */
  private PartitionLag unseen(Instant at, PartitionLog log) {
    boolean known = last != null;
    return new PartitionLag(
        partition.topic(),
        partition.partition(),
        known ? last.committed() : OptionalLong.empty(),
        log.start(),
        Math.max(0, log.end()),
        known ? last.held() : 0,
        known ? last.hangingSeconds() : 0,
        known ? last.lag() : OptionalLong.empty(),
        known ? last.bytes() : OptionalLong.empty(),
        OptionalDouble.empty(),
        Verdict.UNKNOWN,
        GroupWatch.unknown(Template.END_NOT_KNOWN.with(partition)),
        known && last.verdict() == Verdict.UNKNOWN ? last.since() : at,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        CatchUp.UNKNOWN,
        OptionalDouble.empty(),
        known ? last.lost() : 0,
        known ? last.member() : "",
        Optional.empty());
  }

  /** Time until the log may drop the first record that waits. */
  private static OptionalDouble retention(PartitionLog log, OptionalDouble seconds) {
    return log.retentionMillis() < 0 || seconds.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, log.retentionMillis() / 1e3 - seconds.getAsDouble()));
  }
}
