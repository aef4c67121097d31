package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.time.Instant;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a group is, or one of its partitions, and what is to be thought of it.
 *
 * @param verdict of a group the worst of its partitions
 * @param sentence the verdict for a person, on one line
 * @param since when it began to be so
 * @param records those that wait; transaction markers between them count too, but where nothing
 *     else is there it is 0. Empty where the group never committed, of a group where that is so of
 *     all its partitions
 * @param bytes estimated size of what waits; empty where the brokers do not say how large the log
 *     is
 * @param seconds age of the oldest record that waits; 0 where none does, empty where it is not
 *     known
 * @param arrivalPerSecond records that arrive in a second; empty until two samples are there
 * @param processingPerSecond records that the group reads in a second; likewise
 * @param catchUp when what waits is read
 * @param retentionSeconds time until the log may drop what the group has not read, if it reads
 *     nothing; empty where nothing waits, or the topic keeps its records
 * @param lost records that the log dropped before the group read them, at most
 */
public record Lag(
    LagVerdict verdict,
    Sentence sentence,
    Instant since,
    @JsonProperty("lag") OptionalLong records,
    OptionalLong bytes,
    OptionalDouble seconds,
    OptionalDouble arrivalPerSecond,
    OptionalDouble processingPerSecond,
    CatchUp catchUp,
    OptionalDouble retentionSeconds,
    long lost) {

  /** The worst first; of two that are alike the one with more waiting. */
  public static final Comparator<Lag> WORST_FIRST =
      Comparator.comparing(Lag::verdict)
          .thenComparing(each -> -each.records().orElse(0))
          .thenComparing(each -> -each.seconds().orElse(0));

  /** This lag of a group that may not keep up, as its processes report an obstacle. */
  Lag notKnown(LagVerdict which, String group) {
    Template template = which == LagVerdict.STARTING ? Template.IS_STARTING : Template.TOO_EARLY;
    Sentence unknown = template.with(group, waiting());
    return with(which, Template.JUDGED.with(which.words(), unknown), CatchUp.UNKNOWN);
  }

  /** This lag with a cause in its sentence, in place of what is at the head. */
  Lag because(Sentence cause) {
    return with(verdict, Template.AND.with(sentence.without(Template.AT_THE_HEAD), cause), catchUp);
  }

  /** This lag, marked as what was known last. */
  public Lag notKnownSince(Instant then, String why) {
    return with(
        verdict,
        Template.NOT_KNOWN_SINCE.with(sentence, Durations.timeToTheSecond(then), why),
        catchUp);
  }

  private Lag with(LagVerdict nowVerdict, Sentence nowSentence, CatchUp nowCatchUp) {
    return new Lag(
        nowVerdict,
        nowSentence,
        since,
        records,
        bytes,
        seconds,
        arrivalPerSecond,
        processingPerSecond,
        nowCatchUp,
        retentionSeconds,
        lost);
  }

  /** How much waits, and for how long, in words. */
  public Sentence waiting() {
    return Durations.waiting(records.orElse(0), seconds);
  }

  /** Whether anything waits. */
  public boolean waits() {
    return records.orElse(0) > 0;
  }
}
