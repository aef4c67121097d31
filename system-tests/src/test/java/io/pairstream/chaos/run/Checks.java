package io.pairstream.chaos.run;

import io.pairstream.chaos.load.TurnedAway;
import io.pairstream.chaos.verify.Breach;
import io.pairstream.chaos.verify.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The promises of a run, one after the other, and whether each was kept. */
final class Checks {

  private static final Duration P95_WITHIN = Duration.ofSeconds(30);
  private static final Duration ALL_WITHIN = Duration.ofSeconds(90);

  private final List<Check> checks = new ArrayList<>();

  List<Check> all() {
    return List.copyOf(checks);
  }

  void accounts(Verdict verdict) {
    none("0 lost", verdict.lost());
    none("0 twice", verdict.twice());
    none("0 unaccounted", verdict.unaccounted());
    none("no good record in quarantine", verdict.wronglyRejected());
    none("0 open transactions at the end", verdict.count(Breach.OPEN_TRANSACTION));
    checks.add(
        new Check(
            "reasons, originals, splits, receipts, the live reader and the product's own audit agree",
            verdict.isClean() ? "no difference" : verdict.breaches().toString(),
            verdict.isClean()));
  }

  void faults(List<FaultEvent> events, int planned) {
    long done =
        events.stream().filter(event -> !event.remark().contains("could not be done")).count();
    checks.add(
        new Check(
            "every planned fault is done and healed", done + " of " + planned, done == planned));
  }

  /** What front doors said where they could not take a record. */
  void frontDoors(List<TurnedAway> answers) {
    long unavailable = answers.stream().filter(answer -> answer.status() == 503).count();
    long silent =
        answers.stream().filter(answer -> answer.status() == 503 && !answer.saysWhen()).count();
    if (unavailable == 0) {
      return; // none was ever unable
    }
    checks.add(
        new Check(
            "a front door that cannot take a record answers 503 and when to come again",
            unavailable
                + " answers of 503, "
                + (silent == 0 ? "each" : silent + " of them not")
                + " with Retry-After",
            silent == 0));
  }

  /** That a run was broken off: nothing else is known of it for certain. */
  void brokenOff(Throwable why) {
    checks.add(new Check("the run comes to its end", String.valueOf(why.getMessage()), false));
  }

  void trainer(HurtTrainer.Result result) {
    checks.add(
        new Check(
            "a trainer that is killed sees the samples of an unbroken run, in that order",
            result.inWords(),
            result.difference().isEmpty() && result.kills() > 0));
  }

  /** That what each fault promises of itself came true. */
  void promises(List<FaultEvent> events) {
    List<String> broken =
        events.stream()
            .filter(event -> event.remark().contains(RunningFaults.BROKEN))
            .map(event -> "number " + event.number() + ": " + event.remark())
            .toList();
    checks.add(
        new Check(
            "instances wait, end, restart and take over as each fault promises",
            broken.isEmpty() ? "all " + events.size() : String.join("; ", broken),
            broken.isEmpty()));
  }

  /**
   * That only those processes ended which a fault takes away.
   *
   * @param inTheEnd those that had ended by themselves when all was over
   */
  void endings(List<FaultEvent> events, List<String> inTheEnd) {
    List<String> ended = new ArrayList<>();
    events.stream()
        .filter(event -> event.remark().contains(RunningFaults.ENDED))
        .map(event -> "number " + event.number() + ": " + event.remark())
        .forEach(ended::add);
    if (!inTheEnd.isEmpty()) {
      ended.add("in the end: " + RunningFaults.ENDED + String.join(", ", inTheEnd));
    }
    checks.add(
        new Check(
            "no process ends by itself",
            ended.isEmpty() ? "none, but for brokers without a disk" : String.join("; ", ended),
            ended.isEmpty()));
  }

  /** That every record has left when the faults are over. */
  void drained(boolean inTime) {
    checks.add(
        new Check(
            "nothing waits in the end",
            inTime ? "nothing" : "records were still waiting at the time limit",
            inTime));
  }

  void recovery(List<FaultEvent> events) {
    List<FaultEvent> kills = events.stream().filter(FaultEvent::isKill).toList();
    if (kills.isEmpty()) {
      return; // what was not tried is neither kept nor broken
    }
    Recovery recovery = Recovery.of(kills);
    checks.add(
        new Check(
            "from a kill to the next committed output, 95 of 100: at most 30 s",
            seconds(recovery.p95())
                + " over "
                + (recovery.faults() - recovery.unknown())
                + " kills"
                + (recovery.unknown() == 0
                    ? ""
                    : "; of " + recovery.unknown() + " more it is not known"),
            recovery.unknown() == 0 && recovery.p95().compareTo(P95_WITHIN) <= 0));
    checks.add(
        new Check(
            "the longest of them: at most 90 s",
            seconds(recovery.longest()),
            recovery.longest().compareTo(ALL_WITHIN) <= 0));
  }

  void memory(List<MemoryTrend> trends) {
    List<MemoryTrend> telling = trends.stream().filter(MemoryTrend::isTelling).toList();
    if (telling.isEmpty()) {
      return; // no process lived long enough to tell
    }
    List<String> climbing =
        telling.stream()
            .filter(trend -> !trend.isFlat())
            .map(trend -> trend.process() + " climbs by " + (trend.climbBytes() >> 20) + " MiB")
            .toList();
    checks.add(
        new Check(
            "resident memory is flat",
            climbing.isEmpty()
                ? "in " + telling.size() + " lives of 5 minutes and more"
                : String.join(", ", climbing),
            climbing.isEmpty()));
  }

  private void none(String promise, long found) {
    checks.add(new Check(promise, String.valueOf(found), found == 0));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
  }

  /** The verdict in the words of the report. */
  static Accounts words(Verdict verdict) {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("acknowledged to a producer", verdict.acknowledged());
    figures.put("on the raw topics", verdict.inputs());
    figures.put("of them, never known to their producer", verdict.unsureInputs());
    verdict.outputs().forEach((topic, count) -> figures.put("on " + topic, count));
    figures.put("lost", verdict.lost());
    figures.put("twice", verdict.twice());
    figures.put("unaccounted", verdict.unaccounted());
    figures.put("good ones in quarantine", verdict.wronglyRejected());
    verdict.breaches().forEach((breach, count) -> figures.put("breach " + breach, count));
    return new Accounts(verdict.isClean(), figures, verdict.differences());
  }
}
