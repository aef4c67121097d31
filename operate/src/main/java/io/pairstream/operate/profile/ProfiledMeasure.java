package io.pairstream.operate.profile;

import io.pairstream.schemas.IndexedPair;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A measure with a histogram. A bin holds its lower edge and not its upper one; the first bin also
 * holds smaller values, the last one larger values. Edges grow by a factor, as sizes do.
 */
enum ProfiledMeasure {
  /** Width of the original, in pixels. */
  WIDTH("px", pair -> measure(pair, "original_width_px"), sides()),

  /** Height of the original, in pixels. */
  HEIGHT("px", pair -> measure(pair, "original_height_px"), sides()),

  /** Width over height of the original; a bin is a quarter of a doubling, with 1 in a middle. */
  ASPECT(
      "width/height",
      pair -> measure(pair, "original_width_px") / measure(pair, "original_height_px"),
      edges(18, i -> Math.rint(1000 * Math.pow(2, (2 * i - 17) / 8.0)) / 1000)),

  /** Size of the original file, in bytes: from 1 KiB to 8 MiB, which is the most that is taken. */
  BYTES("bytes", pair -> measure(pair, "original_bytes"), doublings(1024, 13)),

  /** Variance of the Laplacian of the luma, in squared levels. */
  SHARPNESS("levels²", pair -> measure(pair, "sharpness"), doublings(1, 14)),

  /** Length of the cleaned caption, in code points. */
  CAPTION_CHARACTERS(
      "characters",
      pair -> pair.getCaption().codePointCount(0, pair.getCaption().length()),
      edges(19, i -> Math.rint(2 * Math.pow(2, i / 2.0)))),

  /** Tokens of the caption before it is cut. */
  TOKEN_COUNT(
      "tokens",
      pair ->
          pair.getTokenizer().isEmpty()
              ? Double.NaN
              : pair.getMeasures().getOrDefault("caption_tokens", (double) pair.getTokenCount()),
      lengths());

  private final String unit;
  private final ToDoubleFunction<IndexedPair> measured;
  private final double[] edges;

  ProfiledMeasure(String unit, ToDoubleFunction<IndexedPair> measured, double[] edges) {
    this.unit = unit;
    this.measured = measured;
    this.edges = edges;
  }

  /** The value of a pair, where it was measured. */
  OptionalDouble of(IndexedPair pair) {
    double value = measured.applyAsDouble(pair);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** The name in lower case, as the answer has it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String unit() {
    return unit;
  }

  /** One more than there are bins; rising. */
  double[] edges() {
    return edges.clone();
  }

  int bins() {
    return edges.length - 1;
  }

  /** The bin of a value, from 0. */
  int bin(double value) {
    int at = Arrays.binarySearch(edges, value);
    int bin = at >= 0 ? at : -at - 2;
    return Math.max(0, Math.min(bins() - 1, bin));
  }

  private static double measure(IndexedPair pair, String name) {
    return pair.getMeasures().getOrDefault(name, Double.NaN);
  }

  private static double[] sides() {
    return edges(17, i -> Math.rint(32 * Math.pow(2, i / 2.0)));
  }

  /** Behind 77, 128 and 256, which are lengths of well-known models, lies an edge each. */
  private static double[] lengths() {
    return new double[] {1, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 78, 96, 129, 193, 257, 513, 1025};
  }

  private static double[] doublings(double first, int bins) {
    return edges(bins + 1, i -> first * Math.pow(2, i));
  }

  private static double[] edges(int count, IntToDoubleFunction edge) {
    return IntStream.range(0, count).mapToDouble(edge).toArray();
  }
}
