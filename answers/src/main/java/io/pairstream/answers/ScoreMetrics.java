package io.pairstream.answers;

import io.pairstream.schemas.Answer;
import io.pairstream.service.report.Counts;
import io.pairstream.service.report.Reading;
import java.util.concurrent.atomic.LongAdder;

/** Counts of this instance's work since its start, and its work under way. Thread-safe. */
final class ScoreMetrics {

  private final Counts counts = new Counts();

  /** Pairs of which everything is recorded that was to be. */
  final LongAdder pairs = counts.of("answer_pairs_total");

  final LongAdder withdrawn = counts.of("answer_pairs_withdrawn_total");

  /** Pairs that the topology was asked to take out of their splits. */
  final LongAdder refused = counts.of("answer_pairs_refused_total");

  final LongAdder skipped = counts.of("answer_pairs_unreadable_total");

  private final LongAdder asked = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder copied = new LongAdder();
  private volatile Work work = new Work(0, 0);

  /**
   * Work under way.
   *
   * @param waiting questions that are not answered yet
   * @param open pairs in memory
   */
  record Work(int waiting, int open) {}

  void worksOn(Work now) {
    work = now;
  }

  void countAsked(Answer answer) {
    asked.increment();
    counts.of("answers_asked_total", "card", answer.getCard()).increment();
    if (AnswerRecords.isFailed(answer)) {
      failed.increment();
      counts
          .of("answers_failed_total", "card", answer.getCard(), "reason", answer.getReason())
          .increment();
    }
  }

  void countSent(String card) {
    counts.of("answers_sent_total", "card", card).increment();
  }

  void countFound(String card) {
    counts.of("answers_found_total", "card", card).increment();
  }

  void countCopied(String card) {
    copied.increment();
    counts.of("answers_copied_total", "card", card).increment();
  }

  LongAdder nanosAsked(String card) {
    return counts.nanosOf("answer_model_seconds_total", "card", card);
  }

  ScoreCounts counts() {
    return new ScoreCounts(
        pairs.sum(),
        asked.sum(),
        failed.sum(),
        copied.sum(),
        withdrawn.sum(),
        skipped.sum(),
        work.waiting());
  }

  void read(Reading reading) {
    Work now = work;
    counts.accept(reading);
    reading
        .gauge("answer_questions_waiting", now.waiting())
        .gauge("answer_pairs_in_memory", now.open());
  }
}
