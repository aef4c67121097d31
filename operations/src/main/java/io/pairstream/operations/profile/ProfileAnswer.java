package io.pairstream.operations.profile;

import io.pairstream.operations.profile.ProfileReport.Histogram;
import io.pairstream.operations.profile.ProfileReport.NamedProducer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A {@link ProfileReport} as it is answered.
 *
 * @param ready whether all is counted that was there when the reading began
 * @param counts the most frequent values by what they are of; the rest together are {@code other}
 * @param histograms by what they are of
 * @param asOf when the topics were last followed; empty while they are
 */
public record ProfileAnswer(
    String dataset,
    boolean ready,
    Optional<Instant> since,
    long pairs,
    Map<String, List<Count>> counts,
    Map<String, Histogram> histograms,
    OptionalDouble truncatedShare,
    List<Word> words,
    List<NamedProducer> producers,
    List<Balance> balance,
    Optional<Instant> asOf) {

  private static final int MOST_VALUES = 20;

  /** By what the pairs may be balanced. */
  private static final List<String> CATEGORIES =
      List.of("source_kind", "language", "licence", "orientation", "fold");

  /** In how many captions a word stands. */
  public record Word(String word, long count) {}

  /** How evenly the pairs are spread over a category's values. */
  public record Balance(String category, List<Count> values, double evenness) {}

  /** The parameters as above. */
  public static ProfileAnswer of(
      String dataset, ProfileReport report, boolean ready, Optional<Instant> asOf) {
    Map<String, List<Count>> counts = new LinkedHashMap<>();
    report
        .counts()
        .forEach(
            (name, values) -> {
              // Pairs that are not among the counted values are the rest, where each has one.
              boolean ofPairs = !name.equals("standing") && !name.equals("reason");
              counts.put(name, top(values, ofPairs ? report.pairs() : 0));
            });
    Map<String, Histogram> histograms = new LinkedHashMap<>();
    report.histograms().forEach(histogram -> histograms.put(histogram.name(), histogram));
    return new ProfileAnswer(
        dataset,
        ready,
        report.since(),
        report.pairs(),
        counts,
        histograms,
        report.truncatedShare(),
        report.words().counts().stream()
            .map(count -> new Word(count.value(), count.count()))
            .toList(),
        report.producers(),
        CATEGORIES.stream()
            .filter(category -> !report.counts().get(category).counts().isEmpty())
            .map(category -> balance(category, report.counts().get(category)))
            .toList(),
        asOf);
  }

  private static Balance balance(String category, ValueCounts values) {
    return new Balance(category, top(values, 0), values.evenness());
  }

  /** The first values, and all others up to {@code least} pairs. */
  private static List<Count> top(ValueCounts values, long least) {
    List<Count> top = new ArrayList<>(values.top(MOST_VALUES));
    long all = Math.max(least, values.counts().stream().mapToLong(Count::count).sum());
    long others = all - top.stream().mapToLong(Count::count).sum();
    if (others > 0) {
      top.add(new Count("other", others));
    }
    return top;
  }
}
