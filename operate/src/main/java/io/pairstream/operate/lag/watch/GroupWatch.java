package io.pairstream.operate.lag.watch;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.Mute;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/** One group over the looks. Not thread-safe. */
final class GroupWatch {

  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  /** Looks after which a group that no broker names is forgotten, if all answer. */
  private static final int LOOKS_UNTIL_GONE = 18;

  private final String group;
  private final Duration interval;
  private final Predicate<String> waitsByDesign;
  private final Role role;
  private final Duration start;
  private final String servers;
  private final BiConsumer<TopicPartition, PartitionJudge> memory;
  private final SortedMap<TopicPartition, PartitionWatch> partitions = new TreeMap<>(BY_NAME);

  /** Place of the group when the cluster said so last; null where it never did. */
  private GroupPlace lastPlace;

  private int looksWithout;
  private List<PartitionLag> lastPartitions = List.of();

  /** Judgement when the group's place was known last; null where it never was. */
  private GroupLag lastJudged;

  /** Since when the group's place is not known; null where it is. */
  private Instant unknownSince;

  private LagVerdict verdict;
  private Instant since;

  /** When the group was judged first; null where it never was. */
  private Instant firstAt;

  private boolean wasThere;

  /**
   * @param waitsByDesign topics of which records are left until their time has come
   * @param start for how long from the first look on what is not known yet is no reason to worry
   * @param servers the brokers' addresses
   * @param memory tells a new judge what an earlier one knew
   */
  GroupWatch(
      String group,
      Duration interval,
      Predicate<String> waitsByDesign,
      Role role,
      Duration start,
      String servers,
      BiConsumer<TopicPartition, PartitionJudge> memory) {
    this.group = group;
    this.interval = interval;
    this.waitsByDesign = waitsByDesign;
    this.role = role;
    this.start = start;
    this.servers = servers;
    this.memory = memory;
  }

  /** Judges by partition, which are to outlive a restart. */
  Map<TopicPartition, PartitionJudge> judges() {
    Map<TopicPartition, PartitionJudge> judges = new HashMap<>();
    partitions.forEach((partition, watched) -> judges.put(partition, watched.judge()));
    return judges;
  }

  /** Whether the cluster has known the group in any look. */
  boolean wasThere() {
    return wasThere;
  }

  /** Whether brokers have said that the group was never there. */
  boolean isAbsent() {
    return lastJudged != null && !wasThere;
  }

  /**
   * Where the group is; where the cluster does not say, where it was; empty where it is no more.
   *
   * @param found what the cluster says; null where the group is unknown
   */
  Optional<GroupPlace> take(GroupPlace found) {
    looksWithout = found == null ? looksWithout + 1 : 0;
    if (found != null && found.refused().isEmpty()) {
      lastPlace = found;
      return Optional.of(found);
    }
    if (looksWithout > LOOKS_UNTIL_GONE) {
      lastPlace = null;
    }
    String why = found == null ? ClusterReader.NOT_NAMED : found.refused().get();
    return Optional.ofNullable(lastPlace == null ? found : lastPlace.with(Map.of(), why));
  }

  /** Takes the group's places and tells on which partitions the head there is not known. */
  List<PartitionWatch> move(GroupPlace now, Map<TopicPartition, PartitionLog> logs) {
    List<PartitionWatch> unread = new ArrayList<>();
    now.positions()
        .forEach(
            (partition, position) -> {
              PartitionLog log = logs.get(partition);
              if (log != null && log.isKnown()) {
                PartitionWatch watched = watched(partition);
                watched.moveTo(position, log);
                if (watched.wanted() != null) {
                  unread.add(watched);
                }
              }
            });
    return unread;
  }

  private PartitionWatch watched(TopicPartition partition) {
    return partitions.computeIfAbsent(
        partition,
        unknown -> {
          PartitionJudge judge = new PartitionJudge(interval, role, start);
          memory.accept(partition, judge);
          return new PartitionWatch(
              group, partition, judge, waitsByDesign.test(partition.topic()), servers);
        });
  }

  /**
   * Judges.
   *
   * @param mine all partitions to tell of
   * @param leftOpen what dead instances have left open
   */
  GroupLag judge(
      Instant at,
      GroupPlace now,
      Collection<TopicPartition> mine,
      Map<TopicPartition, PartitionLog> logs,
      List<LeftOpen> leftOpen) {
    firstAt = firstAt == null ? at : firstAt;
    wasThere |= !now.state().equals(GroupLag.ABSENT) && now.refused().isEmpty();
    unknownSince = now.refused().isEmpty() ? null : unknownSince == null ? at : unknownSince;
    if (now.refused().isPresent()
        && lastJudged != null
        && lastJudged.now().verdict().isWorseThan(LagVerdict.UNKNOWN)) {
      return lastJudged.with(lastJudged.now().notKnownSince(unknownSince, now.refused().get()));
    }
    double drain = 0;
    // Where its places are not known, that is no reason to forget where they were.
    if (now.refused().isEmpty()) {
      partitions.keySet().retainAll(mine);
      lastPartitions = new ArrayList<>();
      for (TopicPartition partition : mine.stream().sorted(BY_NAME).toList()) {
        PartitionWatch watched = watched(partition);
        lastPartitions.add(watched.judge(at, now, logs.get(partition), leftOpen, notYet(at)));
        drain += watched.drain();
      }
    }
    GroupLag told = total(at, now, lastPartitions, drain);
    if (now.refused().isEmpty()) {
      lastJudged = told;
    }
    return told;
  }

  private GroupLag total(Instant at, GroupPlace now, List<PartitionLag> all, double drain) {
    // What is left until it is due does not count as waiting.
    List<Lag> lags =
        all.stream()
            .filter(each -> !waitsByDesign.test(each.topic()))
            .map(PartitionLag::now)
            .toList();
    Optional<PartitionLag> worstPartition =
        now.refused().isPresent()
            ? Optional.empty()
            : all.stream().min(Comparator.comparing(PartitionLag::now, Lag.WORST_FIRST));
    Optional<Lag> worst = worstPartition.map(PartitionLag::now);
    OptionalLong records = sum(lags, Lag::records);
    PartitionLag hot = GroupLag.hot(all, records.orElse(0)).orElse(null);
    OptionalDouble seconds = lags.stream().flatMapToDouble(each -> each.seconds().stream()).max();
    OptionalDouble processing = sumOf(lags, Lag::processingPerSecond);
    List<CatchUp> waiting = lags.stream().filter(Lag::waits).map(Lag::catchUp).toList();
    // Where no partition on which something waits has a forecast, the sum has none.
    boolean unknown = !waiting.isEmpty() && waiting.stream().allMatch(CatchUp.UNKNOWN::equals);
    double inFlight = 2 * interval.toMillis() / 1e3;
    CatchUp catchUp =
        records.isEmpty() || processing.isEmpty() || unknown
            ? CatchUp.UNKNOWN
            : waiting.stream().anyMatch(CatchUp::isNever)
                ? CatchUp.NEVER
                : CatchUp.of(records.getAsLong(), processing.getAsDouble(), drain, inFlight);
    LagVerdict nothing = now.refused().isPresent() ? LagVerdict.UNKNOWN : notYet(at);
    LagVerdict found = worst.map(Lag::verdict).orElse(nothing);
    if (found != verdict) {
      verdict = found;
      // A trouble began before it was one; that all is well is true of all partitions only now.
      boolean isTrouble = found.isAlarm() || found == LagVerdict.BEHIND;
      since = worst.filter(each -> isTrouble).map(Lag::since).orElse(at);
    }
    Sentence why =
        now.refused()
            .map(refused -> Template.PLACE_NOT_KNOWN.with(group, refused))
            .orElseGet(() -> Template.HAS_READ_NOTHING.with(group));
    Lag told =
        new Lag(
            verdict,
            worstPartition
                .map(
                    each -> Sentences.group(group, role, all, each, hot, records, seconds, catchUp))
                .orElseGet(() -> Template.JUDGED.with(found.words(), why)),
            since,
            records,
            sum(lags, Lag::bytes),
            seconds,
            sumOf(lags, Lag::arrivalPerSecond),
            processing,
            catchUp,
            lags.stream().flatMapToDouble(each -> each.retentionSeconds().stream()).min(),
            lags.stream().mapToLong(Lag::lost).sum());
    Optional<GroupLag.WorstPartition> place =
        worstPartition.map(each -> new GroupLag.WorstPartition(each.topic(), each.partition()));
    boolean decides = role == Role.COUNTED;
    Optional<Mute> muted = Optional.empty();
    return new GroupLag(
        group, now.type(), now.state(), now.members(), decides, false, muted, told, place, all);
  }

  /** Sum over partitions; empty where the number is known of none. */
  private static OptionalLong sum(List<Lag> lags, Function<Lag, OptionalLong> number) {
    return lags.stream().flatMapToLong(each -> number.apply(each).stream()).reduce(Long::sum);
  }

  private static OptionalDouble sumOf(List<Lag> lags, Function<Lag, OptionalDouble> number) {
    return lags.stream().flatMapToDouble(each -> number.apply(each).stream()).reduce(Double::sum);
  }

  private LagVerdict notYet(Instant at) {
    return LagVerdict.notYet(firstAt, at, start);
  }
}
