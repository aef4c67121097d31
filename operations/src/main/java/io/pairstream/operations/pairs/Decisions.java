package io.pairstream.operations.pairs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.service.http.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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

  private static final List<Check> CHECKS =
      List.of(
          new Check("check-image-size", "original_bytes", "", "image.max-bytes"),
          new Check("check-image-size", "original_pixels", "", "image.max-pixels"),
          new Check("check-image-shape", "shorter_side_px", "image.min-side-px", ""),
          new Check("check-image-shape", "aspect_ratio", "", "image.max-aspect-ratio"),
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
          quality("bytes_per_pixel"),
          new Check("tokenize-caption", "caption_tokens", "", "tokens.length"));

  private Decisions() {}

  /**
   * One measured value.
   *
   * @param least key of the recipe for the smallest value that is kept; empty where there is none
   * @param most the same for the largest
   */
  private record Check(String step, String measure, String least, String most) {}

  /** Of a pair that was kept, in the order in which they were made. */
  static ArrayNode kept(Map<String, Double> measures, Map<String, String> recipe) {
    ArrayNode decisions = Json.MAPPER.createArrayNode();
    for (Check check : CHECKS) {
      Double measured = measured(check.measure(), measures);
      if (measured != null) {
        boolean cuts = check.step().equals("tokenize-caption");
        decisions.add(
            decision(
                check.step(),
                KEPT,
                check.measure(),
                text(measured),
                limit(check, recipe),
                cuts && exceeds(measured, recipe.get(check.most()))
                    ? "longer ones are cut off"
                    : ""));
      }
    }
    return decisions;
  }

  /** Of a pair that was turned away. */
  static ArrayNode rejected(PairRow row) {
    return Json.MAPPER
        .createArrayNode()
        .add(
            decision(
                row.step(), REJECTED, row.reason(), row.measured(), row.limit(), row.detail()));
  }

  private static Double measured(String measure, Map<String, Double> measures) {
    Double width = measures.get("original_width_px");
    Double height = measures.get("original_height_px");
    boolean sized = width != null && height != null && width > 0 && height > 0;
    return switch (measure) {
      case "original_pixels" -> sized ? (Double) (width * height) : null;
      case "shorter_side_px" -> sized ? (Double) Math.min(width, height) : null;
      case "aspect_ratio" ->
          sized ? (Double) (Math.max(width, height) / Math.min(width, height)) : null;
      default -> measures.get(measure);
    };
  }

  private static String limit(Check check, Map<String, String> recipe) {
    boolean quality = check.step().equals(QUALITY);
    String least = bound(recipe.get(check.least()), quality ? 0 : -1);
    String most =
        bound(
            recipe.get(check.most()), !quality ? -1 : check.measure().endsWith("_share") ? 1 : 255);
    if (least.isEmpty()) {
      return most.isEmpty() ? "" : "≤ " + most;
    }
    return most.isEmpty() ? "≥ " + least : least + " to " + most;
  }

  /**
   * A bound as people write it; empty where there is none.
   *
   * @param nothing the bound that every picture keeps to, so that it says nothing
   */
  private static String bound(String text, double nothing) {
    if (text == null) {
      return "";
    }
    try {
      double bound = Double.parseDouble(text);
      return bound == nothing ? "" : text(bound);
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

  private static ObjectNode decision(
      String step, String outcome, String measure, String measured, String limit, String detail) {
    return Json.MAPPER
        .createObjectNode()
        .put("step", step)
        .put("outcome", outcome)
        .put("measure", measure)
        .put("measured", measured)
        .put("limit", limit)
        .put("detail", detail);
  }

  private static Check quality(String measure) {
    String key = measure.replace('_', '-');
    return new Check(QUALITY, measure, "quality.min-" + key, "quality.max-" + key);
  }

  private static Check border(String side) {
    return new Check(QUALITY, "border_" + side + "_share", "", "quality.max-border-share");
  }
}
