package io.pairstream.operations.pairs;

import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CheckFlaggedWords;
import io.pairstream.cleaning.caption.CheckRepetition;
import io.pairstream.cleaning.language.IdentifyLanguage;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.operations.pairs.PairCard.Decision;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What was decided about a pair: each measured value with the limit it was held against.
 *
 * <p>The values are those of the record; the limits are those of the recipe whose version the
 * record has, and left out where nobody here has that recipe.
 */
final class Decisions {

  private static final String KEPT = "KEPT";
  private static final String REJECTED = "REJECTED";
  private static final String QUALITY = "check-image-quality";
  private static final String TOKENS = "caption_tokens";
  private static final String SCORE = "score.";

  /** Bounds beyond every score. */
  private static final double BEYOND = 1e9;

  private static final Bound NONE = new Bound("", Double.NaN);

  /** In the order in which a pair meets them. */
  private static final List<Check> CHECKS =
      List.of(
          most("check-image-size", "original_bytes", "image.max-bytes"),
          most("check-image-size", "original_pixels", "image.max-pixels"),
          new Check(
              "check-image-shape",
              "shorter_side_px",
              new Bound("image.min-side-px", Double.NaN),
              NONE),
          most("check-image-shape", "longer_over_shorter", "image.max-aspect-ratio"),
          new Check(
              "check-caption-length",
              CheckCaptionLength.CHARACTERS,
              new Bound("caption.min-characters", 0),
              new Bound("caption.max-characters", Double.NaN)),
          new Check(
              "check-caption-length",
              CheckCaptionLength.WORDS,
              new Bound("caption.min-words", 0),
              NONE),
          new Check(
              "check-repetition",
              CheckRepetition.REPETITION,
              NONE,
              new Bound("caption.max-repetition", 1)),
          new Check(
              "check-flagged-words",
              CheckFlaggedWords.FLAGGED_SHARE,
              NONE,
              new Bound("caption.max-flagged-share", 1)),
          new Check(
              "identify-language",
              IdentifyLanguage.CONFIDENCE,
              new Bound("caption.min-language-confidence", 0),
              NONE),
          most("tokenize-caption", TOKENS, "tokens.length"),
          quality("colour_deviation"),
          quality("sharpness"),
          quality("entropy_bits"),
          quality("luma_mean"),
          quality("dark_share"),
          quality("bright_share"),
          quality("contrast"),
          quality("colourfulness"),
          border("left"),
          border("right"),
          border("top"),
          border("bottom"),
          quality("bytes_per_pixel"));

  /** Limits of captions whose words stand between spaces; others have a limit of their letters. */
  private static final Set<String> OF_SPACED =
      Set.of("caption.min-characters", "caption.min-words");

  private Decisions() {}

  /**
   * One end of a limit.
   *
   * @param key of the recipe; empty where there is no limit
   * @param nothing the value that everything keeps to, so that it says nothing; NaN where there is
   *     none
   */
  private record Bound(String key, double nothing) {}

  /** One measured value, with the smallest and the largest that is kept. */
  private record Check(String step, String measure, Bound least, Bound most) {}

  /**
   * Of a pair that was kept, in the order in which they were made.
   *
   * @param recipe every key with the value in force; empty where it is not known
   */
  static List<Decision> kept(
      String caption, Map<String, Double> measures, Map<String, String> recipe) {
    List<Decision> decisions = new ArrayList<>();
    boolean spaced = CheckCaptionLength.hasWordsBetweenSpaces(caption);
    for (Check check : checks(measures)) {
      Double measured = measured(check.measure(), measures);
      if (measured != null) {
        boolean cuts =
            check.measure().equals(TOKENS) && exceeds(measured, recipe.get(check.most().key()));
        decisions.add(
            new Decision(
                check.step(),
                KEPT,
                check.measure(),
                text(measured),
                limit(check, recipe, spaced),
                cuts ? Template.CUT_OFF.with() : Sentence.verbatim("")));
      }
    }
    return decisions;
  }

  /** Keys of the recipe that values are held against; without those of models' scores. */
  static List<String> limits() {
    return CHECKS.stream()
        .flatMap(check -> Stream.of(check.least().key(), check.most().key()))
        .toList();
  }

  /** The checks that every plan may have, and one for each score that a model gave. */
  private static List<Check> checks(Map<String, Double> measures) {
    return Stream.concat(
            CHECKS.stream(),
            measures.keySet().stream()
                .filter(measure -> measure.startsWith(SCORE))
                .sorted()
                .map(
                    measure ->
                        new Check(
                            "check-model-scores",
                            measure,
                            new Bound("scores" + measure.substring(5) + ".min", -BEYOND),
                            new Bound("scores" + measure.substring(5) + ".max", BEYOND))))
        .toList();
  }

  /** Of a pair that was rejected. */
  static Decision rejected(PairRow row) {
    return new Decision(
        row.step(),
        REJECTED,
        row.reason(),
        row.measured(),
        row.limit(),
        Sentence.verbatim(row.detail()));
  }

  private static Double measured(String measure, Map<String, Double> measures) {
    Double width = measures.get("original_width_px");
    Double height = measures.get("original_height_px");
    boolean sized = width != null && height != null && width > 0 && height > 0;
    return switch (measure) {
      case "original_pixels" -> sized ? (Double) (width * height) : null;
      case "shorter_side_px" -> sized ? (Double) Math.min(width, height) : null;
      case "longer_over_shorter" ->
          sized ? (Double) (Math.max(width, height) / Math.min(width, height)) : null;
      default -> measures.get(measure);
    };
  }

  private static String limit(Check check, Map<String, String> recipe, boolean spaced) {
    String least =
        !spaced && OF_SPACED.contains(check.least().key()) ? "" : bound(check.least(), recipe);
    String most = bound(check.most(), recipe);
    if (least.isEmpty()) {
      return most.isEmpty() ? "" : "≤ " + most;
    }
    return most.isEmpty() ? "≥ " + least : least + " – " + most;
  }

  /** A bound as people write it; empty where there is none. */
  private static String bound(Bound bound, Map<String, String> recipe) {
    String text = recipe.get(bound.key());
    if (text == null) {
      return "";
    }
    try {
      double value = Double.parseDouble(text);
      return value == bound.nothing() ? "" : text(value);
    } catch (NumberFormatException e) {
      return text;
    }
  }

  private static boolean exceeds(double measured, String limit) {
    try {
      return limit != null && measured > Double.parseDouble(limit);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.4g", value);
  }

  private static Check most(String step, String measure, String key) {
    return new Check(step, measure, NONE, new Bound(key, Double.NaN));
  }

  private static Check quality(String measure) {
    String key = measure.replace('_', '-');
    return new Check(
        QUALITY,
        measure,
        new Bound("quality.min-" + key, 0),
        new Bound("quality.max-" + key, measure.endsWith("_share") ? 1 : 255));
  }

  private static Check border(String side) {
    return new Check(
        QUALITY, "border_" + side + "_share", NONE, new Bound("quality.max-border-share", 1));
  }
}
