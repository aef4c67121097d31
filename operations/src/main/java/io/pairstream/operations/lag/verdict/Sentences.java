package io.pairstream.operations.lag.verdict;

import static io.pairstream.operations.lag.verdict.Durations.count;
import static io.pairstream.operations.lag.verdict.Durations.inWords;

import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** Verdicts in sentences that a person understands without having seen the numbers. */
public final class Sentences {

  /** A partition with more of a group's lag than this is named. */
  private static final double HOT = 0.8;

  private Sentences() {}

  /**
   * A partition's sentence.
   *
   * @param head what is at the head: {@code 3.1 MB JPEG}; empty where that is not known
   */
  public static String partition(
      TopicPartition partition, Sample sample, Judgement judgement, String head) {
    String told =
        judgement.verdict().words()
            + ": "
            + withoutVerdict(partition, sample, judgement)
            + (head.isEmpty() || judgement.why().standsAt().isEmpty()
                ? ""
                : "; at the head: " + head);
    return sample.hanging().isEmpty() || judgement.why().kind() == Judgement.Kind.HELD_BACK
        ? told
        : told + "; behind that " + heldBack(sample.hanging().get());
  }

  private static String withoutVerdict(
      TopicPartition partition, Sample sample, Judgement judgement) {
    Judgement.Why why = judgement.why();
    Instant now = sample.at();
    String name = partition.toString();
    return switch (judgement.verdict()) {
      case LOST ->
          name
              + ": up to "
              + records(why.lost())
              + " left the log before the group read them, first seen "
              + ago(judgement.since(), now);
      case REWIND ->
          name
              + " went back from "
              + count(why.rewoundFrom())
              + " to "
              + count(why.rewoundTo())
              + " "
              + ago(judgement.since(), now)
              + ": "
              + records(Math.max(0, why.rewoundFrom() - why.rewoundTo()))
              + " are read again";
      case STOP -> stands(name, sample, judgement) + "; nobody reads it" + retention(sample);
      case STALL ->
          why.kind() == Judgement.Kind.HELD_BACK
              ? heldBack(partition, sample)
              : stands(name, sample, judgement) + retention(sample);
      case AT_RISK ->
          name
              + ": "
              + waiting(sample.lag(), sample.seconds())
              + ", and the log drops the first of them in "
              + inWords(sample.retentionSeconds().orElse(0))
              + ", before they are read at this rate";
      case BEHIND ->
          name
              + " is behind: "
              + waiting(sample.lag(), sample.seconds())
              + ", "
              + catchesUp(judgement.catchUp());
      case UNKNOWN -> unknown(name, sample, judgement);
      case OK ->
          why.kind() == Judgement.Kind.WAITS_BY_DESIGN && sample.lag() > 0
              ? name + ": " + records(sample.lag()) + " are left until they are due"
              : why.kind() == Judgement.Kind.SHOWN_ONLY
                  ? name + ": a trainer was last seen here, before " + records(sample.lag())
                  : why.kind() == Judgement.Kind.AWAY
                      ? name
                          + ": nobody is there, as usual between two runs; "
                          + waiting(sample.lag(), sample.seconds())
                      : name
                          + " keeps up: "
                          + (sample.lag() == 0
                              ? "nothing waits"
                              : waiting(sample.lag(), sample.seconds()));
      case IDLE -> name + " is read to its end, and nothing arrives";
    };
  }

  private static String unknown(String name, Sample sample, Judgement judgement) {
    return switch (judgement.why().kind()) {
      case NEVER_COMMITTED ->
          name
              + ": the group never committed there; "
              + records(sample.end() - sample.logStart())
              + (sample.end() - sample.logStart() == 1 ? " lies there" : " lie there");
      case BEYOND_THE_END ->
          name
              + ": the group's place "
              + count(sample.committed().orElse(0))
              + " is beyond the log's end "
              + count(sample.highWatermark())
              + "; the topic was made again, or lost its last records";
      case AWAY ->
          name
              + ": "
              + waiting(sample.lag(), sample.seconds())
              + "; nobody is there, and whether that is usual is not known yet";
      case TOO_EARLY ->
          name
              + ": "
              + waiting(sample.lag(), sample.seconds())
              + "; the group reads, and whether it keeps up is not known yet";
      default ->
          name
              + ": "
              + waiting(sample.lag(), sample.seconds())
              + "; the group was not seen to move yet";
    };
  }

  /**
   * A group's sentence: what is worst, and how many other partitions are no better.
   *
   * @param partitions the group's partitions
   * @param worst the one that is worst off, one of them
   */
  public static String group(
      String group,
      List<PartitionLag> partitions,
      PartitionLag worst,
      OptionalLong lag,
      OptionalDouble seconds,
      CatchUp catchUp) {
    long alike = partitions.stream().filter(each -> each.verdict() == worst.verdict()).count() - 1;
    long waitOn = partitions.stream().filter(each -> each.lag().orElse(0) > 0).count();
    Verdict verdict = worst.verdict();
    if (verdict == Verdict.OK || verdict == Verdict.IDLE) {
      return verdict.words()
          + ": "
          + group
          + (verdict == Verdict.IDLE
              ? " has read everything, and nothing arrives"
              : " keeps up: "
                  + (lag.orElse(0) == 0
                      ? "nothing waits"
                      : waiting(lag.getAsLong(), seconds) + on(waitOn)));
    }
    if (verdict == Verdict.BEHIND) {
      return verdict.words()
          + ": "
          + group
          + " is behind: "
          + waiting(lag.orElse(0), seconds)
          + on(waitOn)
          + mostly(partitions, lag.orElse(0))
          + ", "
          + catchesUp(catchUp);
    }
    return alike == 0
        ? worst.sentence()
        : worst.sentence()
            + "; and "
            + count(alike)
            + (alike == 1 ? " other partition" : " other partitions")
            + " likewise";
  }

  private static String on(long partitions) {
    return partitions < 2 ? "" : " on " + count(partitions) + " partitions";
  }

  /** Names the partition that most of it waits on, as where one key is far more frequent. */
  private static String mostly(List<PartitionLag> partitions, long lag) {
    return partitions.stream()
        .filter(each -> partitions.size() > 1 && each.lag().orElse(0) > HOT * lag)
        .findFirst()
        .map(
            hot ->
                String.format(
                    Locale.ROOT,
                    ", %.1f %% of them on %s-%d",
                    100.0 * hot.lag().orElse(0) / lag,
                    hot.topic(),
                    hot.partition()))
        .orElse("");
  }

  private static String stands(String name, Sample sample, Judgement judgement) {
    return name
        + " stands at "
        + count(judgement.why().standsAt().orElse(0L))
        + " for "
        + inWords(Duration.between(judgement.since(), sample.at()).toMillis() / 1e3)
        + " with "
        + count(sample.lag())
        + " waiting"
        + (judgement.why().arrived() == 0
            ? ""
            : ", while " + count(judgement.why().arrived()) + " arrived");
  }

  /** The transaction begins where the last stable offset is, which is how it is told to end. */
  private static String heldBack(TopicPartition partition, Sample sample) {
    return partition
        + " is read up to "
        + count(sample.end())
        + ", where "
        + heldBack(sample.hanging().orElseThrow())
        + "; stop its producer, or end it: kafka-transactions.sh abort --topic "
        + partition.topic()
        + " --partition "
        + partition.partition()
        + " --start-offset "
        + sample.end();
  }

  private static String heldBack(Sample.Hanging hanging) {
    return "a transaction that has been open for "
        + inWords(hanging.seconds())
        + " holds back "
        + records(hanging.records())
        + " from everybody";
  }

  private static String retention(Sample sample) {
    if (sample.retentionSeconds().isEmpty()) {
      return "";
    }
    double left = sample.retentionSeconds().getAsDouble();
    return left <= 0
        ? "; the log may drop what waits at any time"
        : "; in " + inWords(left) + " the log begins to drop what waits";
  }

  private static String waiting(long lag, OptionalDouble seconds) {
    return count(lag)
        + (lag == 1 ? " record waits" : " records wait")
        + (seconds.isEmpty()
            ? ""
            : (lag == 1 ? ", for " : ", the oldest for ") + inWords(seconds.getAsDouble()));
  }

  private static String catchesUp(CatchUp catchUp) {
    if (catchUp.isNever()) {
      return "and at this rate it never catches up";
    }
    return catchUp.seconds().isEmpty()
        ? "and when it catches up is not known yet"
        : catchUp.seconds().getAsDouble() == 0
            ? "and it keeps up"
            : "it catches up in " + catchUp.sentence();
  }

  private static String records(long number) {
    return count(number) + (number == 1 ? " record" : " records");
  }

  private static String ago(Instant then, Instant now) {
    double seconds = Duration.between(then, now).toMillis() / 1e3;
    return seconds < 1 ? "just now" : inWords(seconds) + " ago";
  }
}
