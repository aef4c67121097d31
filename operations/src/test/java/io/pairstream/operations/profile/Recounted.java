package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares a report with a plain count. */
final class Recounted {

  private Recounted() {}

  static void isAsCounted(
      ProfileReport report, GeneratedHistory history, ProfileQuestion question) {
    assertThat(report.pairs()).isEqualTo(history.pairs(question));
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    report.counts().forEach((name, values) -> counts.put(name, asMap(values)));
    assertThat(counts).isEqualTo(history.counts(question));
    assertThat(asMap(report.words())).isEqualTo(history.words(question));
    assertThat(report.truncatedShare().orElseThrow())
        .isCloseTo((double) history.truncated(question) / report.pairs(), within(1e-12));

    assertThat(report.histograms()).hasSize(7);
    for (ProfileReport.Histogram histogram : report.histograms()) {
      int bins = histogram.counts().size();
      for (int i = 0; i < bins; i++) {
        double from = i == 0 ? Double.NEGATIVE_INFINITY : histogram.edges().get(i);
        double to = i == bins - 1 ? Double.POSITIVE_INFINITY : histogram.edges().get(i + 1);
        assertThat(histogram.counts().get(i))
            .as("%s from %s to %s", histogram.name(), from, to)
            .isEqualTo(history.between(question, histogram.name(), from, to));
      }
    }

    if (question.equals(ProfileQuestion.EVERYTHING)) {
      Map<String, List<Long>> producers = new TreeMap<>();
      report
          .producers()
          .forEach(
              p -> producers.put(p.contributor(), List.of(p.accepted(), p.rejected(), p.copies())));
      assertThat(producers).isEqualTo(history.producers());
    }
  }

  private static Map<String, Long> asMap(ValueCounts values) {
    Map<String, Long> map = new TreeMap<>();
    values.counts().forEach(count -> map.put(count.value(), count.count()));
    return map;
  }
}
