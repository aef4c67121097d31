package io.pairstream.operate.lag.watch;

import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.HeadRecord;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.judge.Judgement;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.operate.lag.judge.Sample;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace.Position;
import io.pairstream.operate.lag.watch.HeadReader.Head;
import io.pairstream.operate.lag.watch.HeadReader.Wanted;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** A group on one partition over the looks. Not thread-safe. */
final class PartitionWatch {

  private final TopicPartition partition;
  private final String group;
  private final boolean waitsByDesign;
  private final String servers;
  private final PartitionJudge judge;

  /** Where the group was in the last look. */
  private long place = -1;

  private boolean stands;

  private Head head;
  private HeadRecord lastRead;

  /** When the topic was seen to have been made anew; null where it never was. */
  private Instant madeAnew;

  private long headReadInLook = -1;

  /** Stretch to read where the group is; null where all is known. */
  private Wanted wanted;

  private double drain;

  /** Judgement when the partition's leader answered last; null where it never did. */
  private PartitionLag last;

  /** Since when the partition's leader does not answer; null where it does. */
  private Instant unseenSince;

  /**
   * A partition that was not looked at yet.
   *
   * @param judge knows what an earlier one knew
   * @param waitsByDesign whether its records are left until their time has come
   * @param servers the brokers' addresses
   */
  PartitionWatch(
      String group,
      TopicPartition partition,
      PartitionJudge judge,
      boolean waitsByDesign,
      String servers) {
    this.group = group;
    this.partition = partition;
    this.judge = judge;
    this.waitsByDesign = waitsByDesign;
    this.servers = servers;
  }

  /** The judge of this partition, which is to outlive a restart. */
  PartitionJudge judge() {
    return judge;
  }

  /** By how many records a second the lag shrank in the last look; 0 where that is not known. */
  double drain() {
    return drain;
  }

  /** Whether the group was at the same place in the last look. */
  boolean stands() {
    return stands;
  }

  /** In which look the partition's head was read last; -1 where it never was. */
  long headReadInLook() {
    return headReadInLook;
  }

  /** Stretch to read where the group is; null where all is known there. */
  Wanted wanted() {
    return wanted;
  }

  /**
   * Judges what the look of that time has seen.
   *
   * @param notYet the verdict where the partition's leader never answered
   */
  PartitionLag judge(
      Instant at, GroupPlace now, PartitionLog log, List<LeftOpen> leftOpen, LagVerdict notYet) {
    drain = 0;
    if (!log.isSeen(at.toEpochMilli())) {
      unseenSince = unseenSince == null ? at : unseenSince;
      return unseen(log, notYet);
    }
    unseenSince = null;
    Sample sample = sample(at, now, log);
    Judgement judgement = judge.judge(sample);
    last = lag(now, log, sample, judgement, leftOpen);
    drain = last.now().records().isEmpty() ? 0 : judgement.drainPerSecond();
    return last;
  }

  /** Notes what was read where the group is, and in which look. */
  void noteHead(Head found, long look) {
    head = found;
    headReadInLook = look;
    found.record().ifPresent(record -> lastRead = record);
  }

  /** Takes the group's position, and notes what is to be read there. */
  void moveTo(Position position, PartitionLog log) {
    Instant anew = log.madeAnew().orElse(null);
    boolean isAnew = !Objects.equals(anew, madeAnew);
    madeAnew = anew;
    stands = position.committed() == place && !isAnew;
    if (isAnew) {
      lastRead = null;
    }
    if (!stands) {
      place = position.committed();
      head = null;
    }
    boolean isRead =
        head != null && head.from() >= (head.record().isPresent() ? log.start() : log.end());
    wanted =
        isRead || lag(position, log) == 0 || position.committed() >= log.end()
            ? null
            : new Wanted(partition, new Stretch(from(position, log), log.end()));
  }

  /** The first offset that may wait, with what is known of the head. */
  private long from(Position position, PartitionLog log) {
    long held = Math.max(position.committed(), log.start());
    return head == null ? held : Math.max(held, head.from());
  }

  private long lag(Position position, PartitionLog log) {
    // Who is beyond the last stable offset reads what is not committed, and has all of it to
    // read.
    long end = position.committed() > log.end() ? log.highWatermark() : log.end();
    return Math.max(0, end - from(position, log) - position.finishedBelow(end));
  }

  /**
   * Age of the record at a place: by its own timestamp where it was read; otherwise at most that of
   * an earlier one.
   */
  private OptionalDouble age(Instant at, long committed) {
    boolean isOfHead = head != null && head.record().isPresent();
    return lastRead == null || (!isOfHead && lastRead.offset() > committed)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, Duration.between(lastRead.at(), at).toMillis() / 1e3));
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
        Optional.ofNullable(now.rewinds().get(partition)),
        log.madeAnew(),
        seconds,
        lag == 0 ? OptionalDouble.empty() : log.dropsIn(seconds));
  }

  private PartitionLag lag(
      GroupPlace now,
      PartitionLog log,
      Sample sample,
      Judgement judgement,
      List<LeftOpen> leftOpen) {
    boolean committed = sample.committed().isPresent();
    Optional<HeadRecord> record =
        committed && sample.lag() > 0 && head != null ? head.record() : Optional.empty();
    Lag judged =
        new Lag(
            judgement.verdict(),
            new Sentences(partition, sample, judgement, servers)
                .with(
                    record.map(HeadRecord::sentence).orElse(null),
                    leftOpen.stream()
                        .filter(each -> each.holdsUp(group, partition))
                        .findFirst()
                        .orElse(null)),
            judgement.since(),
            committed ? OptionalLong.of(sample.lag()) : OptionalLong.empty(),
            committed ? log.bytesOf(sample.lag()) : OptionalLong.empty(),
            sample.seconds(),
            judgement.arrivalPerSecond(),
            judgement.processingPerSecond(),
            judgement.catchUp(),
            sample.retentionSeconds(),
            judgement.lost());
    return new PartitionLag(
        partition.topic(),
        partition.partition(),
        sample.committed(),
        log.start(),
        log.end(),
        log.held(),
        sample.hanging().map(Sample.Hanging::seconds).orElse(0.0),
        judged,
        now.readers().getOrDefault(partition, ""),
        record);
  }

  /** The partition whose leader does not answer, as it was known before, marked as old. */
  private PartitionLag unseen(PartitionLog log, LagVerdict notKnown) {
    if (last != null && last.now().verdict().isWorseThan(LagVerdict.UNKNOWN)) {
      return last.with(last.now().notKnownSince(unseenSince, "its leader does not answer"));
    }
    boolean known = last != null;
    Lag judged =
        new Lag(
            notKnown,
            Template.JUDGED.with(notKnown.words(), Template.END_NOT_KNOWN.with(partition)),
            unseenSince,
            known ? last.now().records() : OptionalLong.empty(),
            known ? last.now().bytes() : OptionalLong.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            CatchUp.UNKNOWN,
            OptionalDouble.empty(),
            known ? last.now().lost() : 0);
    return new PartitionLag(
        partition.topic(),
        partition.partition(),
        known ? last.committed() : OptionalLong.empty(),
        log.start(),
        Math.max(0, log.end()),
        known ? last.held() : 0,
        known ? last.hangingSeconds() : 0,
        judged,
        known ? last.member() : "",
        Optional.empty());
  }
}
