package io.pairstream.operate.lag.watch;

import static io.pairstream.operate.lag.Durations.inWords;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.Durations;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.judge.Judgement;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import io.pairstream.operate.lag.judge.Sample;
import io.pairstream.service.transactions.OpenTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Verdicts in sentences that a person understands without having seen the numbers.
 *
 * @param servers the brokers' addresses, for commands
 */
record Sentences(TopicPartition partition, Sample sample, Judgement judgement, String servers) {

  /**
   * The partition's sentence.
   *
   * @param head what is at the head: {@code 3.1 MB JPEG}; null where that is not known
   * @param leftOpen the transaction of a dead instance because of which the partition may stand;
   *     null where none is open
   */
  Sentence with(Sentence head, LeftOpen leftOpen) {
    if (leftOpen != null && judgement.verdict().isStuck()) {
      Sentence sentence =
          judgement.kind() == Judgement.Kind.HELD_BACK
              ? Template.READ_UP_TO.with(
                  partition, sample.end(), heldBack(sample.hanging().orElseThrow()))
              : withoutVerdict();
      return Template.JUDGED.with(judgement.verdict().words(), leftOpen.after(sentence));
    }
    Sentence sentence = Template.JUDGED.with(judgement.verdict().words(), withoutVerdict());
    if (head != null && judgement.standsAt().isPresent()) {
      sentence = Template.AT_THE_HEAD.with(sentence, head);
    }
    return sample.hanging().isEmpty() || judgement.kind() == Judgement.Kind.HELD_BACK
        ? sentence
        : Template.BEHIND_THAT.with(sentence, heldBack(sample.hanging().get()));
  }

  private Sentence withoutVerdict() {
    Instant now = sample.at();
    return switch (judgement.verdict()) {
      case LOST ->
          Template.LOST.with(partition, records(judgement.lost()), ago(judgement.since(), now));
      case REWIND ->
          Template.WENT_BACK.with(
              partition,
              judgement.rewind().from(),
              judgement.rewind().to(),
              ago(judgement.since(), now),
              records(Math.max(0, judgement.rewind().from() - judgement.rewind().to())));
      case STOP -> withRetention(Template.NO_CONSUMER_READS.with(stuck()));
      case STALL ->
          judgement.kind() == Judgement.Kind.HELD_BACK ? heldBack() : withRetention(stuck());
      case AT_RISK ->
          Template.AT_RISK.with(partition, waiting(), inWords(sample.retentionSeconds().orElse(0)));
      case BEHIND -> Template.BEHIND.with(partition, waiting(), catchesUp(judgement.catchUp()));
      case UNKNOWN, STARTING -> unknown();
      case OK ->
          sample.lag() == 0 ? Template.KEEPING_UP.with(partition, waiting()) : waitsRightly();
      case IDLE -> Template.READ_TO_ITS_END.with(partition);
    };
  }

  private Sentence waitsRightly() {
    return switch (judgement.kind()) {
      case WAITS_BY_DESIGN -> Template.NOT_DUE.with(partition, records(sample.lag()));
      case SHOWN_ONLY -> Template.LAST_SEEN.with(partition, waiting());
      case USUAL, NEVER_COMMITTED, BEYOND_THE_END, MADE_ANEW, TOO_EARLY, AWAY, HELD_BACK ->
          Template.KEEPING_UP.with(partition, waiting());
    };
  }

  private Sentence unknown() {
    return switch (judgement.kind()) {
      case NEVER_COMMITTED ->
          (judgement.verdict() == LagVerdict.STARTING
                  ? Template.NOT_COMMITTED_YET
                  : Template.NEVER_COMMITTED)
              .with(partition, records(sample.end() - sample.logStart()));
      case BEYOND_THE_END ->
          Template.BEYOND_THE_END.with(
              partition, sample.committed().orElse(0), sample.highWatermark());
      case MADE_ANEW ->
          Template.MADE_ANEW.with(
              partition,
              ago(sample.madeAnew().orElse(sample.at()), sample.at()),
              sample.isBeyondEnd()
                  ? Template.OLD_PLACE.with(sample.committed().orElse(0))
                  : waiting());
      case AWAY -> Template.AWAY.with(partition, waiting());
      case USUAL, TOO_EARLY, SHOWN_ONLY, WAITS_BY_DESIGN, HELD_BACK ->
          Template.TOO_EARLY.with(partition, waiting());
    };
  }

  /**
   * A group's sentence: what is worst, how many other partitions are no better, and on which most
   * of what waits does.
   *
   * @param role the group's; where one that is only shown was last says nothing of who reads now
   * @param partitions the group's partitions
   * @param worst the one that is worst off, one of them
   * @param hot the one on which most of what waits does; null where there is none
   */
  static Sentence group(
      String group,
      Role role,
      List<PartitionLag> partitions,
      PartitionLag worst,
      PartitionLag hot,
      OptionalLong lag,
      OptionalDouble seconds,
      CatchUp catchUp) {
    LagVerdict verdict = worst.now().verdict();
    long alike = partitions.stream().filter(each -> each.now().verdict() == verdict).count() - 1;
    long waitOn = partitions.stream().filter(each -> each.now().waits()).count();
    Sentence waiting = on(waitOn, Durations.waiting(lag.orElse(0), seconds));
    return switch (verdict) {
      case IDLE -> Template.JUDGED.with(LagVerdict.IDLE.words(), Template.HAS_READ_ALL.with(group));
      case OK ->
          Template.JUDGED.with(
              LagVerdict.OK.words(),
              (role == Role.SHOWN ? Template.LAST_SEEN : Template.KEEPING_UP).with(group, waiting));
      case STARTING ->
          Template.JUDGED.with(
              LagVerdict.STARTING.words(), Template.IS_STARTING.with(group, unread(partitions)));
      case BEHIND ->
          withHot(
              Template.JUDGED.with(
                  LagVerdict.BEHIND.words(),
                  Template.BEHIND.with(group, waiting, catchesUp(catchUp))),
              hot,
              lag.orElse(0));
      case LOST, REWIND, STOP, STALL, AT_RISK, UNKNOWN -> {
        Sentence sentence = worst.now().sentence();
        yield withHot(
            alike == 0
                ? sentence
                : (alike == 1 ? Template.ONE_ALIKE : Template.ALIKE).with(sentence, alike),
            verdict.isAlarm() && !worst.equals(hot) ? hot : null,
            lag.orElse(0));
      }
    };
  }

  private static Sentence withHot(Sentence sentence, PartitionLag hot, long waiting) {
    return hot == null
        ? sentence
        : Template.WAIT_ON.with(
            sentence, hot.now().records().orElse(0), waiting, hot.topicPartition());
  }

  /** Records that wait; where nothing is committed yet, all that are there. */
  private static Sentence unread(List<PartitionLag> partitions) {
    return Durations.waiting(
        partitions.stream()
            .mapToLong(each -> each.now().records().orElse(each.end() - each.logStart()))
            .sum(),
        OptionalDouble.empty());
  }

  private static Sentence on(long partitions, Sentence waiting) {
    return partitions < 2 ? waiting : Template.ON_PARTITIONS.with(waiting, partitions);
  }

  private Sentence stuck() {
    long offset = judgement.standsAt().orElse(0);
    Sentence lasting = inWords(Duration.between(judgement.since(), sample.at()).toMillis() / 1e3);
    long arrived = judgement.arrived();
    return arrived == 0
        ? Template.STUCK.with(partition, offset, lasting, sample.lag())
        : Template.STUCK_WHILE.with(partition, offset, lasting, sample.lag(), arrived);
  }

  /**
   * The transaction begins where the last stable offset is: the command that ends it names that
   * offset.
   */
  private Sentence heldBack() {
    Sample.Hanging hanging = sample.hanging().orElseThrow();
    OpenTransaction open =
        hanging
            .by()
            .orElse(
                new OpenTransaction(
                    partition, -1, sample.end(), Optional.empty(), Optional.empty()));
    return Template.HELD_BACK.with(
        partition, sample.end(), heldBack(hanging), open.remedy(servers));
  }

  private static Sentence heldBack(Sample.Hanging hanging) {
    Sentence lasting = inWords(hanging.seconds());
    Sentence records = records(hanging.records());
    return hanging
        .by()
        .map(by -> Template.HOLDS_BACK_BY.with(by.producerId(), by.name(), lasting, records))
        .orElseGet(() -> Template.HOLDS_BACK.with(lasting, records));
  }

  private Sentence withRetention(Sentence sentence) {
    if (sample.retentionSeconds().isEmpty()) {
      return sentence;
    }
    double left = sample.retentionSeconds().getAsDouble();
    return left <= 0
        ? Template.MAY_DROP.with(sentence)
        : Template.DROPS_IN.with(sentence, inWords(left));
  }

  private Sentence waiting() {
    return Durations.waiting(sample.lag(), sample.seconds());
  }

  private static Sentence catchesUp(CatchUp catchUp) {
    if (catchUp.isNever()) {
      return Template.NEVER_CATCHES_UP.with();
    }
    return catchUp.seconds().isEmpty()
        ? Template.WHEN_IS_NOT_KNOWN.with()
        : catchUp.seconds().getAsDouble() == 0
            ? Template.AND_KEEPS_UP.with()
            : Template.CATCHES_UP_IN.with(catchUp.sentence());
  }

  private static Sentence records(long number) {
    return Template.counted(number, Template.RECORD, Template.RECORDS);
  }

  private static Sentence ago(Instant then, Instant now) {
    double seconds = Duration.between(then, now).toMillis() / 1e3;
    return seconds < 1 ? Template.JUST_NOW.with() : Template.AGO.with(inWords(seconds));
  }
}
