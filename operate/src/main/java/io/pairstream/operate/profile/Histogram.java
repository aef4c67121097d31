package io.pairstream.operate.profile;

import io.pairstream.operate.profile.ProfileReport.Count;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Pairs by size.
 *
 * @param edges one more than {@code counts}; a bin holds its lower edge and not its upper one, the
 *     first also what is smaller, the last what is larger
 */
public record Histogram(String unit, List<Double> edges, List<Long> counts) {

  private static final int MOST_BINS = 25;

  public Histogram {
    edges = List.copyOf(edges);
    counts = List.copyOf(counts);
  }

  /** At most {@value #MOST_BINS} bins of one width, of at least one finite number. */
  public static Histogram of(double... numbers) {
    return of(
        Arrays.stream(numbers)
            .boxed()
            .collect(Collectors.groupingBy(AnswerFacts::bin, Collectors.counting()))
            .entrySet()
            .stream()
            .map(bin -> new Count(bin.getKey(), bin.getValue()))
            .toList());
  }

  /** Bins of numbers of two digits and how many there are of each. */
  public static Histogram of(List<Count> numbers) {
    SortedMap<Double, Long> counts = new TreeMap<>();
    numbers.forEach(each -> counts.merge(Double.valueOf(each.value()), each.count(), Long::sum));
    double width = width(counts.firstKey(), counts.lastKey());
    long first = bin(counts.firstKey(), width);
    int bins = (int) (bin(counts.lastKey(), width) - first) + 1;
    Long[] sums = Collections.nCopies(bins, 0L).toArray(Long[]::new);
    counts.forEach((number, count) -> sums[(int) (bin(number, width) - first)] += count);
    return new Histogram(
        "",
        IntStream.rangeClosed(0, bins).mapToObj(i -> rounded((first + i) * width)).toList(),
        List.of(sums));
  }

  /** The bin of a number; one that lies on an edge is not below it for its last bit's sake. */
  private static long bin(double number, double width) {
    return (long) Math.floor(number / width + 1e-9);
  }

  /**
   * 1, 2 or 5 times a power of ten, and no less than the first two digits of a number tell: a
   * narrower bin could be empty for that reason alone.
   */
  private static double width(double first, double last) {
    // A number that is a power of ten itself is alone in its wider digits.
    double digits = power(Math.max(Math.abs(first), Math.abs(last)) * (1 - 1e-9)) / 10;
    double least = Math.max(digits, (last - first) / (MOST_BINS - 2));
    double power = power(least);
    return DoubleStream.of(1, 2, 5)
        .map(step -> step * power)
        .filter(width -> width >= least * (1 - 1e-9))
        .findFirst()
        .orElse(10 * power);
  }

  /** The power of ten at or below a number, or a millionth. */
  private static double power(double number) {
    return Math.pow(10, Math.floor(Math.log10(Math.max(number, 1e-6)) + 1e-12));
  }

  private static double rounded(double edge) {
    return BigDecimal.valueOf(edge).round(new MathContext(9)).doubleValue();
  }
}
