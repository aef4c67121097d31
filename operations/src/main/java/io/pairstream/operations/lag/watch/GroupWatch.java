package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.Lag;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.verdict.Forecast;
import io.pairstream.operations.lag.verdict.PartitionJudge;
import io.pairstream.operations.lag.verdict.Role;
import io.pairstream.operations.lag.verdict.Sample.Rewind;
import io.pairstream.operations.lag.verdict.Sentences;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final Duration interval;
  private final Predicate<String> waitsByDesign;
  private final Role role;
  private final SortedMap<TopicPartition, Watched> partitions = new TreeMap<>(BY_NAME);
  private List<PartitionLag> lastTold = List.of();
  private Verdict verdict;
  private Instant since;
  private boolean wasThere;
  private boolean decides;
  private boolean muted;

  /**
   * @param waitsByDesign topics whose records are left until their time has come
   */
  GroupWatch(String group, Duration interval, Predicate<String> waitsByDesign, Role role) {
    this.group = group;
    this.interval = interval;
    this.waitsByDesign = waitsByDesign;
    this.role = role;
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
              if (log != null && log.isKnown()) {
                Watched watched = watched(partition);
                watched
                    .moveTo(position, log)
                    .ifPresent(wanted -> unread.add(new Unread(watched, wanted)));
              }
            });
    return unread;
  }

  private Watched watched(TopicPartition partition) {
    return partitions.computeIfAbsent(
        partition,
        unknown ->
            new Watched(
                unknown, new PartitionJudge(interval, role), waitsByDesign.test(unknown.topic())));
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
      return total(at, now, lastTold, 0, 0);
    }
    List<PartitionLag> lags = new ArrayList<>();
    double drain = 0;
    double squaredErrors = 0;
    TreeMap<TopicPartition, PartitionLog> told = new TreeMap<>(BY_NAME);
    for (TopicPartition partition : mine) {
      PartitionLog log = logs.get(partition);
      if (log != null) {
        told.put(partition, log);
      }
    }
    partitions.keySet().retainAll(told.keySet());
    for (Map.Entry<TopicPartition, PartitionLog> each : told.entrySet()) {
      Optional<Rewind> rewound = Optional.ofNullable(rewinds.get(each.getKey()));
      Watched.Told partition = watched(each.getKey()).tell(at, now, rewound, each.getValue());
      lags.add(partition.lag());
      drain += partition.drain();
      squaredErrors += partition.drainError() * partition.drainError();
    }
    lastTold = lags;
    return total(at, now, lags, drain, Math.sqrt(squaredErrors));
  }

  private GroupLag total(
      Instant at, GroupPlace now, List<PartitionLag> lags, double drain, double drainError) {
    Optional<PartitionLag> worst = lags.stream().min(Lag.WORST_FIRST);
    OptionalLong lag = sum(lags, PartitionLag::lag);
    OptionalDouble seconds = lags.stream().flatMapToDouble(each -> each.seconds().stream()).max();
    OptionalDouble processing = sumOf(lags, PartitionLag::processingPerSecond);
    CatchUp catchUp =
        lag.isEmpty() || processing.isEmpty() || nothingIsJudged(lags)
            ? CatchUp.UNKNOWN
            : somethingStands(lags)
                ? CatchUp.NEVER
                : Forecast.of(
                    lag.getAsLong(),
                    processing.getAsDouble(),
                    drain,
                    drainError,
                    2 * interval.toMillis() / 1e3);
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
        now.type(),
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

  private static boolean somethingStands(List<PartitionLag> lags) {
    return lags.stream().anyMatch(each -> each.lag().orElse(0) > 0 && each.catchUp().isNever());
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

  static Sentence unknown(Sentence why) {
    return Template.JUDGED.with(Verdict.UNKNOWN.words(), why);
  }
}
