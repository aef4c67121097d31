package io.pairstream.operations.lag;

import io.pairstream.operations.lag.ClusterReader.GroupPlace;
import io.pairstream.operations.lag.PartitionJudge.Role;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
   * @param mine all partitions to tell of
   */
  GroupLag judge(
      Instant at,
      GroupPlace now,
      Collection<TopicPartition> mine,
      Map<TopicPartition, PartitionLog> logs) {
    wasThere |= !now.state().equals(GroupLag.ABSENT);
    double drain = 0;
    // Where its places are not known, that is no reason to forget where they were.
    if (now.refused().isEmpty()) {
      partitions.keySet().retainAll(mine);
      lastTold = new ArrayList<>();
      for (TopicPartition partition : mine.stream().sorted(BY_NAME).toList()) {
        Watched watched = watched(partition);
        lastTold.add(watched.tell(at, now, logs.get(partition)));
        drain += watched.drain();
      }
    }
    return total(at, now, lastTold, drain);
  }

  private GroupLag total(Instant at, GroupPlace now, List<PartitionLag> lags, double drain) {
    Optional<PartitionLag> worst = lags.stream().min(Lag.WORST_FIRST);
    OptionalLong lag = sum(lags, PartitionLag::lag);
    OptionalDouble seconds = lags.stream().flatMapToDouble(each -> each.seconds().stream()).max();
    OptionalDouble processing = sumOf(lags, PartitionLag::processingPerSecond);
    CatchUp catchUp =
        lag.isEmpty() || processing.isEmpty() || nothingIsJudged(lags)
            ? CatchUp.UNKNOWN
            : somethingStands(lags)
                ? CatchUp.NEVER
                : CatchUp.of(
                    lag.getAsLong(),
                    processing.getAsDouble(),
                    drain,
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
        role != Role.OTHER,
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
