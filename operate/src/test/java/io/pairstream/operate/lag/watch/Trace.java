package io.pairstream.operate.lag.watch;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.Judgement;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import io.pairstream.operate.lag.judge.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Events on a partition, look by look every 10 seconds, and the verdicts on them. */
final class Trace {

  static final Duration INTERVAL = Duration.ofSeconds(10);

  private final PartitionJudge judge;
  private final List<Judgement> judgements = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-20T03:00:00Z");
  private long committed;
  private long end;
  private long logStart;
  private boolean never;
  private boolean alive = true;
  private boolean waitsByDesign;
  private OptionalDouble seconds = OptionalDouble.empty();
  private OptionalDouble retention = OptionalDouble.empty();
  private long markers;
  private Optional<Instant> madeAnew = Optional.empty();
  private long held;
  private Instant heldSince;
  private Sample last;
  private final Set<LagVerdict> saidWithNothingWaiting = EnumSet.noneOf(LagVerdict.class);
  private int saidToStandInTheLookThatMovesOn;
  private Instant began;
  private int saidToStartAfterItsStart;

  private Trace(Role role, Duration start) {
    judge = new PartitionJudge(INTERVAL, role, start);
  }

  static Trace of(Role role) {
    return new Trace(role, LagWatcher.START);
  }

  /** Trace of a group that always runs, as a command sees it that looks a few times. */
  static Trace withoutStart() {
    return new Trace(Role.COUNTED, Duration.ZERO);
  }

  /** Trace of a group that always runs. */
  static Trace begin() {
    return of(Role.COUNTED);
  }

  /** The group stands at one offset, the log ends at another. */
  Trace at(long place, long logEnd) {
    committed = place;
    end = logEnd;
    return look();
  }

  Trace neverCommitted() {
    never = true;
    return this;
  }

  /** So many looks, between any two of which so much is read and so much arrives. */
  Trace looks(int count, long read, long arrived) {
    for (int i = 0; i < count; i++) {
      end += arrived;
      committed = Math.min(end, committed + read);
      never = false;
      look();
    }
    return this;
  }

  /** Quiet or not, nothing is read for so many looks. */
  Trace stands(int count, long arrived) {
    for (int i = 0; i < count; i++) {
      end += arrived;
      look();
    }
    return this;
  }

  /** The group has no members any more. */
  Trace membersLeave() {
    alive = false;
    return this;
  }

  Trace membersCome() {
    alive = true;
    return this;
  }

  Trace logStartsAt(long offset) {
    logStart = offset;
    return this;
  }

  /** The topic is deleted and made again; the group's place is the old one until it commits. */
  Trace topicIsMadeAnew(long logEnd) {
    madeAnew = Optional.of(now.plus(INTERVAL));
    end = logEnd;
    logStart = 0;
    return look();
  }

  Trace goesBackTo(long offset) {
    committed = offset;
    return look();
  }

  /** Lets the group leave its records until their time has come. */
  Trace waitsByDesign() {
    waitsByDesign = true;
    return this;
  }

  /** Only so many transaction markers are left behind the group. */
  Trace markersLeft(long count) {
    markers = count;
    return this;
  }

  Trace headIsOld(double age, double untilLost) {
    seconds = OptionalDouble.of(age);
    retention = OptionalDouble.of(untilLost);
    return this;
  }

  /** From now on a transaction holds back so many records behind the end; 0 where it has ended. */
  Trace holdsBack(long records) {
    held = records;
    heldSince = now;
    return this;
  }

  /** The group reads what is not committed too. */
  Trace goesBeyondTheEndBy(long offsets) {
    committed = end + offsets;
    return this;
  }

  /** No look for a while. */
  Trace noLookFor(Duration time) {
    now = now.plus(time);
    return this;
  }

  /** The watch goes on after a restart that took so long. */
  Trace restartsAfter(Duration time) {
    now = now.plus(time);
    judge.goOn(now);
    return this;
  }

  Trace look() {
    now = now.plus(INTERVAL);
    long lag = Math.max(0, end - Math.max(committed, logStart));
    Sample before = last;
    last =
        new Sample(
            now,
            never ? OptionalLong.empty() : OptionalLong.of(committed),
            committed,
            logStart,
            end,
            end + held,
            hanging(),
            lag <= markers ? 0 : lag,
            alive,
            alive,
            waitsByDesign,
            Optional.empty(),
            madeAnew,
            seconds,
            retention);
    Judgement judgement = judge.judge(last);
    judgements.add(judgement);
    times.add(now);
    began = began == null && last.isUnread() ? now : began;
    if (judgement.verdict() == LagVerdict.STARTING && !now.isBefore(began.plus(LagWatcher.START))) {
      saidToStartAfterItsStart++;
    }
    if (last.lag() == 0 && judgement.kind() != Judgement.Kind.HELD_BACK) {
      saidWithNothingWaiting.add(judgement.verdict());
    }
    if (before != null && judgement.verdict().isStuck() && last.finished() > before.finished()) {
      saidToStandInTheLookThatMovesOn++;
    }
    return this;
  }

  LagVerdict verdict() {
    return judgement().verdict();
  }

  Judgement judgement() {
    return judgements.get(judgements.size() - 1);
  }

  String sentence(String head) {
    return sentence(head, Optional.empty());
  }

  String sentence(String head, Optional<LeftOpen> leftOpen) {
    TopicPartition partition = new TopicPartition("pairs.crowdsourced", 3);
    return new Sentences(partition, last, judgement(), "kafka-1:9092")
        .with(head.isEmpty() ? null : Sentence.verbatim(head), leftOpen.orElse(null))
        .text();
  }

  private Optional<Sample.Hanging> hanging() {
    double seconds = held == 0 ? 0 : Duration.between(heldSince, now).toSeconds();
    return seconds < 60
        ? Optional.empty()
        : Optional.of(new Sample.Hanging(held, seconds, Optional.empty()));
  }

  Instant now() {
    return now;
  }

  int length() {
    return judgements.size();
  }

  /** Verdicts in looks in which nothing waited, and nothing was held back. */
  Set<LagVerdict> saidWithNothingWaiting() {
    return saidWithNothingWaiting;
  }

  /** In how many looks a group was said to stand that had moved on since the last one. */
  int saidToStandInTheLookThatMovesOn() {
    return saidToStandInTheLookThatMovesOn;
  }

  /** In how many looks it was said to start that came after the time that a start may take. */
  int saidToStartAfterItsStart() {
    return saidToStartAfterItsStart;
  }

  /** How often each verdict was given from a look on. */
  Map<LagVerdict, Integer> saidSince(int look) {
    Map<LagVerdict, Integer> said = new EnumMap<>(LagVerdict.class);
    judgements
        .subList(look, judgements.size())
        .forEach(judgement -> said.merge(judgement.verdict(), 1, Integer::sum));
    return said;
  }

  /** Time from a look until a verdict was given; a day where it never was. */
  Duration until(LagVerdict verdict, int look) {
    for (int i = look; i < judgements.size(); i++) {
      if (judgements.get(i).verdict() == verdict) {
        return Duration.between(times.get(look - 1), times.get(i));
      }
    }
    return Duration.ofDays(1);
  }
}
