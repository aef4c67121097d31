package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.operations.lag.HeadRecord;
import io.pairstream.operations.lag.Lag;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.verdict.Forecast;
import io.pairstream.operations.lag.verdict.GracePeriods;
import io.pairstream.operations.lag.verdict.Judgement;
import io.pairstream.operations.lag.verdict.LearntPace;
import io.pairstream.operations.lag.verdict.PartitionJudge;
import io.pairstream.operations.lag.verdict.Sample;
import io.pairstream.operations.lag.verdict.Sample.Rewind;
import io.pairstream.operations.lag.verdict.Sentences;
import io.pairstream.operations.lag.watch.GroupPlace.Position;
import io.pairstream.operations.lag.watch.HeadReader.Place;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/** One group over the looks. Not thread-safe. */
final class GroupWatch {

  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final String group;
  private final GracePeriods grace;
  private final Predicate<String> waitsByDesign;
  private final Role role;
  private final SortedMap<TopicPartition, Watched> partitions = new TreeMap<>(BY_NAME);
  private List<PartitionLag> lastTold = List.of();
  private Verdict verdict;
  private Instant since;
  private boolean wasThere;
  private boolean decides;
  private boolean muted;
  private Map<TopicPartition, LearntPace> learnt = Map.of();

  /** What a group is to whoever watches. */
  enum Role {
    /** It always runs, and decides what is said of the platform. */
    COUNTED,
    /** Its places are shown, and nobody reads by them: there is nothing to judge. */
    SHOWN,
    /** Somebody else's. */
    OTHER
  }

  /**
   * @param waitsByDesign topics whose records are left until their time has come
   */
  GroupWatch(String group, GracePeriods grace, Predicate<String> waitsByDesign, Role role) {
    this.group = group;
    this.grace = grace;
    this.waitsByDesign = waitsByDesign;
    this.role = role;
  }

  /** Goes on from what was learnt before a restart. */
  void learn(Map<TopicPartition, LearntPace> pace) {
    learnt = pace;
  }

  /** What is usual for the group on its partitions. */
  Map<TopicPartition, LearntPace> learnt() {
    Map<TopicPartition, LearntPace> pace = new HashMap<>();
    partitions.forEach((partition, watched) -> pace.put(partition, watched.judge.learnt()));
    return pace;
  }

  /** Whether the cluster has known the group in any look. */
  boolean wasThere() {
    return wasThere;
  }

  /** A head that should be read. */
  record Unread(Watched watched, HeadReader.Wanted wanted) {}

  /** Takes the group's places and tells which heads are not known there. */
  List<Unread> move(GroupPlace now, Map<TopicPartition, PartitionLog> logs) {
    List<Unread> unread = new ArrayList<>();
    now.positions()
        .forEach(
            (partition, position) -> {
              PartitionLog log = logs.get(partition);
              if (log == null || !log.isKnown()) {
                return;
              }
              Watched watched = watched(partition);
              Place place = new Place(partition, position.committed());
              watched.moveTo(place);
              if (watched.lag(position, log) == 0 || position.committed() >= log.end()) {
                return;
              }
              long from = Math.max(position.committed(), log.start());
              Head head = watched.head;
              boolean isUnread =
                  head == null
                      || (head.record().isEmpty()
                          ? head.lookedUpTo() < log.end()
                          : head.record().get().offset() < log.start());
              if (isUnread) {
                long readTo = head != null && head.record().isEmpty() ? head.lookedUpTo() : from;
                unread.add(
                    new Unread(
                        watched, new HeadReader.Wanted(place, Math.max(from, readTo), log.end())));
              }
            });
    return unread;
  }

  private Watched watched(TopicPartition partition) {
    return partitions.computeIfAbsent(
        partition,
        unknown -> {
          PartitionJudge judge = new PartitionJudge(grace, role == Role.COUNTED);
          if (learnt.containsKey(unknown)) {
            judge.learn(learnt.get(unknown));
          }
          return new Watched(judge);
        });
  }

  /**
   * Judges.
   *
   * @param rewinds where its commits went back since the last look
   * @param muted whether it decides nothing for now
   * @param mine all partitions to tell of
   */
  GroupLag judge(
      Instant at,
      GroupPlace now,
      Map<TopicPartition, Rewind> rewinds,
      boolean muted,
      Iterable<TopicPartition> mine,
      Map<TopicPartition, PartitionLog> logs) {
    wasThere |= !now.state().equals(GroupLag.ABSENT);
    this.muted = muted;
    decides = role != Role.OTHER && !muted;
    if (now.refused().isPresent()) {
      // Its places are not known, which is no reason to forget where they were.
      return total(at, now, lastTold, 0, 0, false);
    }
    List<PartitionLag> lags = new ArrayList<>();
    double drain = 0;
    double squaredErrors = 0;
    boolean somethingStands = false;
    TreeMap<TopicPartition, PartitionLog> told = new TreeMap<>(BY_NAME);
    for (TopicPartition partition : mine) {
      PartitionLog log = logs.get(partition);
      if (log != null) {
        told.put(partition, log);
      }
    }
    partitions.keySet().retainAll(told.keySet());
    for (Map.Entry<TopicPartition, PartitionLog> each : told.entrySet()) {
      TopicPartition partition = each.getKey();
      PartitionLog log = each.getValue();
      Watched watched = watched(partition);
      if (!log.isSeen(at.toEpochMilli())) {
        lags.add(unseen(at, partition, log, watched));
        continue;
      }
      Sample sample =
          sample(at, now, Optional.ofNullable(rewinds.get(partition)), partition, log, watched);
      Judgement judged = watched.judge.judge(sample);
      Judgement judgement = role == Role.SHOWN ? judged.shownOnly(sample) : judged;
      PartitionLag lag = tell(now, partition, log, watched, sample, judgement);
      lags.add(lag);
      if (lag.lag().isPresent()) {
        drain += judgement.drainPerSecond();
        squaredErrors += judgement.drainError() * judgement.drainError();
        somethingStands |= lag.lag().getAsLong() > 0 && lag.catchUp().isNever();
      }
    }
    lags.forEach(lag -> watched(new TopicPartition(lag.topic(), lag.partition())).last = lag);
    lastTold = lags;
    return total(at, now, lags, drain, Math.sqrt(squaredErrors), somethingStands);
  }

  private Sample sample(
      Instant at,
      GroupPlace now,
      Optional<Rewind> rewound,
      TopicPartition partition,
      PartitionLog log,
      Watched watched) {
    boolean byDesign = waitsByDesign.test(partition.topic());
    boolean alive = now.isAlive(partition);
    Position position = now.positions().get(partition);
    if (position == null) {
      return new Sample(
          at,
          OptionalLong.empty(),
          0,
          log.start(),
          log.end(),
          log.highWatermark(),
          log.hanging(at.toEpochMilli()),
          0,
          alive,
          now.members() > 0,
          byDesign,
          OptionalDouble.empty(),
          Optional.empty(),
          OptionalDouble.empty());
    }
    long lag = watched.lag(position, log);
    OptionalDouble seconds =
        lag == 0 ? OptionalDouble.of(0) : watched.age(at, position.committed(), log);
    return new Sample(
        at,
        OptionalLong.of(position.committed()),
        position.committed() + position.finishedAbove().below(Long.MAX_VALUE),
        log.start(),
        log.end(),
        log.highWatermark(),
        log.hanging(at.toEpochMilli()),
        lag,
        alive,
        now.members() > 0,
        byDesign,
        seconds,
        rewound,
        lag == 0 ? OptionalDouble.empty() : Watched.retention(log, lag, seconds));
  }

  /** Its leader does not answer: what was known before is shown, and that it is old. */
  private static PartitionLag unseen(
      Instant at, TopicPartition partition, PartitionLog log, Watched watched) {
    Sentence sentence = unknown(Template.END_NOT_KNOWN.with(partition));
    PartitionLag last = watched.last;
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
        sentence,
        known && last.verdict() == Verdict.UNKNOWN ? last.since() : at,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        CatchUp.UNKNOWN,
        OptionalDouble.empty(),
        known ? last.lost() : 0,
        known ? last.member() : GroupMember.NOBODY,
        Optional.empty());
  }

  private static PartitionLag tell(
      GroupPlace now,
      TopicPartition partition,
      PartitionLog log,
      Watched watched,
      Sample sample,
      Judgement judgement) {
    boolean committed = sample.committed().isPresent();
    Optional<HeadRecord> head =
        committed && sample.lag() > 0 && watched.head != null
            ? watched.head.record()
            : Optional.empty();
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
        Sentences.partition(partition, sample, judgement, head.map(HeadRecord::sentence)),
        judgement.since(),
        judgement.arrivalPerSecond(),
        judgement.processingPerSecond(),
        judgement.catchUp(),
        sample.retentionSeconds(),
        judgement.lost(),
        now.readers().getOrDefault(partition, GroupMember.NOBODY),
        head);
  }

  private GroupLag total(
      Instant at,
      GroupPlace now,
      List<PartitionLag> lags,
      double drain,
      double drainError,
      boolean somethingStands) {
    Optional<PartitionLag> worst = lags.stream().min(Lag.WORST_FIRST);
    OptionalLong lag = sum(lags, PartitionLag::lag);
    OptionalDouble seconds = lags.stream().flatMapToDouble(each -> each.seconds().stream()).max();
    OptionalDouble processing = sumOf(lags, PartitionLag::processingPerSecond);
    CatchUp catchUp =
        lag.isEmpty() || processing.isEmpty() || nothingIsJudged(lags)
            ? CatchUp.UNKNOWN
            : somethingStands
                ? CatchUp.NEVER
                : Forecast.of(
                    lag.getAsLong(),
                    processing.getAsDouble(),
                    drain,
                    drainError,
                    2 * grace.interval().toMillis() / 1e3);
    Verdict found =
        now.refused().isPresent()
            ? Verdict.UNKNOWN
            : worst.map(PartitionLag::verdict).orElse(Verdict.UNKNOWN);
    if (found != verdict) {
      verdict = found;
      since = now.refused().isPresent() ? at : worst.map(PartitionLag::since).orElse(at);
    }
    Sentence sentence =
        now.refused()
            .map(why -> unknown(Template.PLACE_NOT_KNOWN.with(group, why)))
            .orElseGet(
                () ->
                    worst
                        .map(each -> Sentences.group(group, lags, each, lag, seconds, catchUp))
                        .orElseGet(() -> unknown(Template.HAS_READ_NOTHING.with(group))));
    return new GroupLag(
        group,
        now.kind(),
        now.state(),
        now.members(),
        decides,
        muted,
        verdict,
        sentence,
        since,
        lag,
        sum(lags, PartitionLag::bytes),
        seconds,
        sumOf(lags, PartitionLag::arrivalPerSecond),
        processing,
        catchUp,
        lags.stream().flatMapToDouble(each -> each.retentionSeconds().stream()).min(),
        lags.stream().mapToLong(PartitionLag::lost).sum(),
        worst.map(each -> new GroupLag.WorstPartition(each.topic(), each.partition())),
        lags);
  }

  /** Whether no partition on which something waits has a forecast: then the sum has none. */
  private static boolean nothingIsJudged(List<PartitionLag> lags) {
    List<PartitionLag> waiting = lags.stream().filter(each -> each.lag().orElse(0) > 0).toList();
    return !waiting.isEmpty()
        && waiting.stream().allMatch(each -> each.catchUp().equals(CatchUp.UNKNOWN));
  }

  /** What is known of no partition is not known of the group. */
  private static OptionalLong sum(
      List<PartitionLag> lags, Function<PartitionLag, OptionalLong> number) {
    return lags.stream().flatMapToLong(each -> number.apply(each).stream()).reduce(Long::sum);
  }

  private static OptionalDouble sumOf(
      List<PartitionLag> lags, Function<PartitionLag, OptionalDouble> number) {
    return lags.stream().flatMapToDouble(each -> number.apply(each).stream()).reduce(Double::sum);
  }

  private static Sentence unknown(Sentence why) {
    return Template.JUDGED.with(Verdict.UNKNOWN.words(), why);
  }
}
