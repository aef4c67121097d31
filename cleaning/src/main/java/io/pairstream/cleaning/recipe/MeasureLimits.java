package io.pairstream.cleaning.recipe;

import io.pairstream.cleaning.Measured.Bound;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Limits that a recipe sets on the measures of a prepared pair. */
public final class MeasureLimits {

  /** Keys of the sections image and caption, with their measures. */
  private static final Map<String, String> MEASURES =
      Map.of(
          "image.max-bytes", "original_bytes",
          "image.max-pixels", "original_pixels",
          "image.min-side-px", "shorter_side_px",
          "image.max-aspect-ratio", "longer_over_shorter",
          "caption.min-characters", "caption_characters",
          "caption.max-characters", "caption_characters",
          "caption.min-words", "caption_words",
          "caption.max-repetition", "caption_repetition",
          "caption.max-flagged-share", "flagged_share",
          "caption.min-language-confidence", "language_confidence");

  /** Values of minima and maxima that nothing can break. */
  private static final List<Double> OFF_MIN = List.of(0.0);

  private static final List<Double> OFF_MAX = List.of(1.0, 255.0);

  private MeasureLimits() {}

  /** A limit: the smallest or the largest value of a measure. */
  public record Limit(String measure, Bound bound, double limit) {}

  /**
   * Limits that something can break.
   *
   * @param effective every key of a recipe with its value
   */
  public static List<Limit> of(Map<String, String> effective) {
    return effective.entrySet().stream()
        .flatMap(entry -> measures(entry.getKey()).map(name -> limit(name, entry)))
        .filter(is -> !(is.bound() == Bound.AT_LEAST ? OFF_MIN : OFF_MAX).contains(is.limit()))
        .toList();
  }

  /**
   * The key of a recipe that limits a measure.
   *
   * @param keys every key that a recipe may have
   * @return {@code quality.min-sharpness}; empty where there is none
   */
  public static Optional<String> key(Collection<String> keys, String measure, Bound bound) {
    return keys.stream()
        .filter(key -> measures(key).anyMatch(measure::equals) && bound(key) == bound)
        .findFirst();
  }

  private static Stream<String> measures(String key) {
    String[] parts = key.split("\\.");
    String last = parts[parts.length - 1];
    if (parts[0].equals("quality") && last.matches("(min|max)-.+")) {
      String name = last.substring(4).replace('-', '_');
      return name.equals("border_share")
          ? Stream.of("left", "right", "top", "bottom").map(side -> "border_" + side + "_share")
          : Stream.of(name);
    }
    return Stream.ofNullable(MEASURES.get(key));
  }

  private static Limit limit(String measure, Map.Entry<String, String> entry) {
    return new Limit(measure, bound(entry.getKey()), Double.parseDouble(entry.getValue()));
  }

  private static Bound bound(String key) {
    return key.matches(".*[.]min(-.+)?") ? Bound.AT_LEAST : Bound.AT_MOST;
  }
}
