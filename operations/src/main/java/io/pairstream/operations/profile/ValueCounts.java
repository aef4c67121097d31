package io.pairstream.operations.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How many pairs have which value.
 *
 * @param counts the most frequent first, of equal ones the first in the order of their characters
 */
record ValueCounts(List<Count> counts) {

  private static final Comparator<Count> MOST_FIRST =
      Comparator.comparingLong(Count::count).reversed().thenComparing(Count::value);

  public ValueCounts {
    counts = List.copyOf(counts);
  }

  static ValueCounts of(Map<String, Long> sums) {
    return new ValueCounts(
        sums.entrySet().stream()
            .filter(sum -> sum.getValue() > 0)
            .map(sum -> new Count(sum.getKey(), sum.getValue()))
            .sorted(MOST_FIRST)
            .toList());
  }

  /**
   * The first so many, and all others together as {@code other}.
   *
   * @param least as many as all together are at least
   */
  List<Count> top(int most, long least) {
    List<Count> top = new ArrayList<>(counts.subList(0, Math.min(most, counts.size())));
    long all = Math.max(least, counts.stream().mapToLong(Count::count).sum());
    long others = all - top.stream().mapToLong(Count::count).sum();
    if (others > 0) {
      top.add(new Count("other", others));
    }
    return top;
  }

  /**
   * How evenly the values share the pairs: 1 where each has as many, near 0 where one has almost
   * all, 0 where there is one value or none.
   *
   * <p>Shannon's entropy over that of equal shares, {@code −Σ p ln p / ln S} for {@code S} values:
   * Pielou's J.
   *
   * @see <a href="https://doi.org/10.1016/0022-5193(66)90013-0">Pielou, Journal of Theoretical
   *     Biology 13 (1966), 131–144</a>
   */
  double evenness() {
    if (counts.size() < 2) {
      return 0;
    }
    double all = counts.stream().mapToLong(Count::count).sum();
    double entropy = 0;
    for (Count count : counts) {
      double share = count.count() / all;
      entropy -= share * Math.log(share);
    }
    return Math.min(1, entropy / Math.log(counts.size()));
  }
}
