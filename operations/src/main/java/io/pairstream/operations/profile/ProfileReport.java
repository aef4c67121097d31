package io.pairstream.operations.profile;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What is told of a data set, or of a part of it.
 *
 * @param since when the earliest record that was ever counted arrived
 * @param pairs accepted pairs that were asked for
 * @param counts of these pairs by value; {@code standing} and {@code reason} of all pairs of the
 *     source, whatever the split
 * @param histograms of these pairs
 * @param truncatedShare share of those with token ids whose captions have more tokens than fit
 * @param words content words of these pairs' captions: in how many captions each stands
 * @param producers of the source, whatever the split, those with most records first
 * @param producersAreExact whether everybody who ever sent something is counted
 */
public record ProfileReport(
    Optional<Instant> since,
    long pairs,
    Map<String, ValueCounts> counts,
    List<Histogram> histograms,
    OptionalDouble truncatedShare,
    ValueCounts words,
    List<NamedProducer> producers,
    boolean producersAreExact) {

  /**
   * Pairs by size.
   *
   * @param edges one more than {@code counts}; a bin holds its lower edge and not its upper one,
   *     the first also what is smaller, the last what is larger
   */
  public record Histogram(String name, String unit, List<Double> edges, List<Long> counts) {

    public Histogram {
      edges = List.copyOf(edges);
      counts = List.copyOf(counts);
    }
  }

  /**
   * A contributor.
   *
   * @param accepted pairs that stand in a split
   * @param rejected pairs that stand in quarantine, without copies
   * @param copies records that were turned away because the pair was accepted before
   * @param topReason the most frequent reason of rejections; empty where there is none
   */
  public record NamedProducer(
      String contributor, long accepted, long rejected, long copies, String topReason) {

    /** Accepted pairs over those that were judged, copies apart; empty where none was. */
    public OptionalDouble acceptanceRate() {
      return share(accepted, accepted + rejected);
    }

    /** Copies over all records. */
    public OptionalDouble copyRate() {
      return share(copies, accepted + rejected + copies);
    }
  }

  private static final Comparator<NamedProducer> MOST_RECORDS_FIRST =
      Comparator.comparingLong((NamedProducer p) -> p.accepted() + p.rejected() + p.copies())
          .reversed()
          .thenComparing(NamedProducer::contributor);

  static ProfileReport of(Profile profile, ProfileQuestion question) {
    Map<SliceKey, Slice> accepted = new HashMap<>(profile.slices());
    accepted.keySet().removeIf(key -> !question.includes(key));
    Map<SliceKey, Slice> ofSource = new HashMap<>(profile.slices());
    ofSource.keySet().removeIf(key -> !question.isOfSource(key));

    Map<String, ValueCounts> counts = new LinkedHashMap<>();
    counts.put("standing", by(key -> key.standing().name(), ofSource));
    counts.put("reason", values(Dimension.REASON, ofSource));
    counts.put("split", by(key -> key.standing().name(), accepted));
    counts.put("source_kind", by(SliceKey::sourceKind, accepted));
    for (Dimension dimension :
        List.of(
            Dimension.LICENCE,
            Dimension.LANGUAGE,
            Dimension.MEDIA_TYPE,
            Dimension.ORIENTATION,
            Dimension.FOLD,
            Dimension.RECIPE_VERSION)) {
      counts.put(dimension.label(), values(dimension, accepted));
    }

    Map<String, Producer> producers = new HashMap<>();
    boolean producersAreExact = true;
    for (Map.Entry<String, Producers> of : profile.producers().entrySet()) {
      if (question.isOfSource(of.getKey())) {
        of.getValue().all().forEach((name, sums) -> producers.merge(name, sums, Producer::plus));
        producersAreExact &= of.getValue().volume().isExact();
      }
    }

    return new ProfileReport(
        profile.since(),
        accepted.values().stream().mapToLong(Slice::pairs).sum(),
        counts,
        histograms(accepted),
        share(
            accepted.values().stream().mapToLong(Slice::truncated).sum(),
            accepted.values().stream().mapToLong(Slice::tokenized).sum()),
        values(Dimension.WORD, accepted),
        producers.entrySet().stream()
            .filter(producer -> producer.getValue().records() > 0)
            .map(producer -> named(producer.getKey(), producer.getValue()))
            .sorted(MOST_RECORDS_FIRST)
            .toList(),
        producersAreExact);
  }

  private static ValueCounts by(Function<SliceKey, String> name, Map<SliceKey, Slice> slices) {
    Map<String, Long> sums = new HashMap<>();
    slices.forEach((key, slice) -> sums.merge(name.apply(key), slice.pairs(), Long::sum));
    return ValueCounts.of(sums, 0);
  }

  private static ValueCounts values(Dimension dimension, Map<SliceKey, Slice> slices) {
    return ValueCounts.of(slices.values().stream().map(s -> s.values(dimension)).toList());
  }

  private static List<Histogram> histograms(Map<SliceKey, Slice> slices) {
    List<Histogram> histograms = new ArrayList<>();
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      long[] sums = new long[measure.bins()];
      for (Slice slice : slices.values()) {
        for (int i = 0; i < sums.length; i++) {
          sums[i] += slice.histogram(measure)[i];
        }
      }
      histograms.add(
          new Histogram(
              measure.label(),
              measure.unit(),
              Arrays.stream(measure.edges()).boxed().toList(),
              Arrays.stream(sums).boxed().toList()));
    }
    return histograms;
  }

  private static NamedProducer named(String name, Producer sums) {
    return new NamedProducer(
        name, sums.accepted(), sums.rejected(), sums.copies(), sums.topReason());
  }

  private static OptionalDouble share(long part, long whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }
}
