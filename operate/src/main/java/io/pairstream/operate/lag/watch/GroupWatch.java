package io.pairstream.operate.lag.watch;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.HeadRecord;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.judge.Judgement;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import io.pairstream.operate.lag.judge.Sample;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace.Position;
import io.pairstream.operate.lag.watch.HeadReader.Head;
import io.pairstream.operate.lag.watch.HeadReader.Place;
import io.pairstream.operate.lag.watch.HeadReader.Wanted;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final SortedMap<TopicPartition, Watched> partitions = new TreeMap<>(BY_NAME);

  /** Place of the group when the cluster said so last; null where it never did. */
  private GroupPlace lastPlace;

  private int looksWithout;
  private List<PartitionLag> lastTold = List.of();

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
    partitions.forEach((partition, watched) -> judges.put(partition, watched.judge));
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
   * @param found what the cluster says; null where nobody knows the group
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
  List<Watched> move(GroupPlace now, Map<TopicPartition, PartitionLog> logs) {
    List<Watched> unread = new ArrayList<>();
    now.positions()
        .forEach(
            (partition, position) -> {
              PartitionLog log = logs.get(partition);
              if (log != null && log.isKnown()) {
                Watched watched = watched(partition);
                watched.moveTo(position, log);
                if (watched.wanted != null) {
                  unread.add(watched);
                }
              }
            });
    return unread;
  }

  private Watched watched(TopicPartition partition) {
    return partitions.computeIfAbsent(partition, Watched::new);
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
      lastTold = new ArrayList<>();
      for (TopicPartition partition : mine.stream().sorted(BY_NAME).toList()) {
        Watched watched = watched(partition);
        lastTold.add(watched.judge(at, now, logs.get(partition), leftOpen));
        drain += watched.drain;
      }
    }
    GroupLag told = total(at, now, lastTold, drain);
    if (now.refused().isEmpty()) {
      lastJudged = told;
    }
    return told;
  }

  private GroupLag total(Instant at, GroupPlace now, List<PartitionLag> all, double drain) {
    // What is left until it is due waits for nobody.
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
                .map(each -> Sentences.group(group, role, all, each, records, seconds, catchUp))
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
    return new GroupLag(
        group, now.type(), now.state(), now.members(), role == Role.COUNTED, told, place, all);
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

  /** A partition of a group over the looks. Not thread-safe. */
  final class Watched {

    private final TopicPartition partition;
    private final PartitionJudge judge = new PartitionJudge(interval, role, start);
    private Place place;

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

    private Watched(TopicPartition partition) {
      this.partition = partition;
      memory.accept(partition, judge);
    }

    /** Whether the group was at the same place in the last look. */
    boolean stands() {
      return stands;
    }

    /** In which look the partition's head was read last; -1 where it never was. */
    long headReadInLook() {
      return headReadInLook;
    }

    /** Stretch to read where the group is; only for a partition that {@link #move} returned. */
    Wanted wanted() {
      return wanted;
    }

    /** Judges what the look of that time has seen. */
    PartitionLag judge(Instant at, GroupPlace now, PartitionLog log, List<LeftOpen> leftOpen) {
      drain = 0;
      if (!log.isSeen(at.toEpochMilli())) {
        unseenSince = unseenSince == null ? at : unseenSince;
        return unseen(log, notYet(at));
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
    private void moveTo(Position position, PartitionLog log) {
      Place now = new Place(partition, position.committed());
      Instant anew = log.madeAnew().orElse(null);
      boolean isAnew = !Objects.equals(anew, madeAnew);
      madeAnew = anew;
      stands = now.equals(place) && !isAnew;
      if (isAnew) {
        lastRead = null;
      }
      if (!stands) {
        place = now;
        head = null;
      }
      boolean isRead =
          head != null && head.from() >= (head.record().isPresent() ? log.start() : log.end());
      wanted =
          isRead || lag(position, log) == 0 || position.committed() >= log.end()
              ? null
              : new Wanted(now, new Stretch(from(position, log), log.end()));
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
     * Age of the record at a place: by its own timestamp where it was read; otherwise at most that
     * of an earlier one.
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
          waitsByDesign.test(partition.topic()),
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
      Lag told =
          new Lag(
              judgement.verdict(),
              Sentences.partition(
                  partition,
                  sample,
                  judgement,
                  record.map(HeadRecord::sentence).orElse(null),
                  leftOpen.stream()
                      .filter(each -> each.holdsUp(group, partition))
                      .findFirst()
                      .orElse(null),
                  servers),
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
          told,
          now.readers().getOrDefault(partition, ""),
          record);
    }

    /** The partition whose leader does not answer, as it was known before, marked as old. */
    private PartitionLag unseen(PartitionLog log, LagVerdict notKnown) {
      if (last != null && last.now().verdict().isWorseThan(LagVerdict.UNKNOWN)) {
        return last.with(last.now().notKnownSince(unseenSince, "its leader does not answer"));
      }
      boolean known = last != null;
      Lag told =
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
          told,
          known ? last.member() : "",
          Optional.empty());
    }
  }
}
