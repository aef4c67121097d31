package io.pairstream.operate.metrics;

import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.threshold.LimitedAnswer;
import io.pairstream.service.report.PrometheusText;
import io.pairstream.service.table.TopicTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Metrics of how many pairs are on which side of each limit. To count them takes a quarter of a
 * second for a million answers, so a scrape gets what was counted within the last minute.
 * Thread-safe.
 */
public final class LimitMetrics {

  private static final Duration HOLDS = Duration.ofMinutes(1);

  private static final String HELP =
      "Published pairs on each side of the recipe's limit of an answer";

  private final TopicTable catalogue;
  private final Map<String, String> place;
  private final Clock clock;
  private Instant countedAt = Instant.MIN;
  private List<LimitedAnswer> limits = List.of();
  private long published;

  /**
   * @param place labels of the data set
   */
  public LimitMetrics(TopicTable catalogue, Map<String, String> place, Clock clock) {
    this.catalogue = catalogue;
    this.place = Map.copyOf(place);
    this.clock = clock;
  }

  /** Adds them. */
  public synchronized void write(PrometheusText text) {
    Instant now = clock.instant();
    if (countedAt.isBefore(now.minus(HOLDS))) {
      limits = LimitedAnswer.all(catalogue);
      published = ProfileReport.published(catalogue);
      countedAt = now;
    }
    limits.forEach(limit -> write(limit, text));
  }

  private void write(LimitedAnswer limit, PrometheusText text) {
    long answered = limit.within() + limit.outside() + limit.failed();
    Map<String, Long> sides = new TreeMap<>();
    sides.put("within", limit.within());
    sides.put("outside", limit.outside());
    sides.put("failed", limit.failed());
    sides.put("unanswered", Math.max(0, published - answered));
    sides.forEach(
        (side, pairs) -> {
          SortedMap<String, String> labels = new TreeMap<>(place);
          labels.putAll(
              Map.of("answer", limit.name(), "when_outside", limit.whenOutside(), "side", side));
          text.gauge("pairstream_answer_limit_pairs", HELP).sample(pairs, labels);
        });
  }
}
