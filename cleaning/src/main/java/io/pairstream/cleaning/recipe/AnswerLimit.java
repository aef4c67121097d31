package io.pairstream.cleaning.recipe;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which answers of a model are wanted about published pairs, and what becomes of the other pairs.
 *
 * @param name the answer's name, as a card's {@code outputs} name it
 * @param min smallest number that is wanted; null where there is none
 * @param max largest number that is wanted; null where there is none
 * @param labels those that are wanted of a label; empty where the answer is a number
 */
public record AnswerLimit(
    String name, Double min, Double max, List<String> labels, WhenOutside whenOutside) {

  private static final int MOST = 10;
  private static final double NONE = 1e9;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

  /** Treatment of pairs whose answer is outside of the limits. */
  public enum WhenOutside {
    SHADOW("the others are counted"),
    TAG("the others are counted, and shown as such at the pair"),
    HOLD("views take a pair once it is answered and within"),
    REJECT(
        "the others leave their split for quarantine; views take a pair once it is answered and"
            + " within");

    private final String inWords;

    WhenOutside(String inWords) {
      this.inWords = inWords;
    }
  }

  public AnswerLimit {
    labels = List.copyOf(labels);
  }

  /** Reads the sections below {@code answers}, and notes their problems. */
  public static List<AnswerLimit> from(RecipeReader recipe) {
    List<AnswerLimit> limits = new ArrayList<>();
    for (String name : recipe.sections("answers")) {
      limits.add(read(name, recipe));
    }
    if (limits.size() > MOST) {
      recipe.problem("answers", "at most " + MOST + " answers may have limits");
    }
    return List.copyOf(limits);
  }

  private static AnswerLimit read(String name, RecipeReader recipe) {
    String section = "answers." + name;
    double min = recipe.number(section + ".min", -NONE, -NONE, NONE);
    double max = recipe.number(section + ".max", NONE, -NONE, NONE);
    String labels = recipe.text(section + ".labels", "");
    WhenOutside whenOutside = recipe.choice(section + ".when-outside", WhenOutside.SHADOW);
    AnswerLimit limit =
        new AnswerLimit(
            name,
            min == -NONE ? null : min,
            max == NONE ? null : max,
            labels.isEmpty()
                ? List.of()
                : Arrays.stream(labels.split(",", -1)).map(String::strip).toList(),
            whenOutside);
    limit.requireSound(section, recipe);
    return limit;
  }

  private void requireSound(String section, RecipeReader recipe) {
    if (!NAME.matcher(name).matches()) {
      recipe.problem(
          section,
          "an answer's name has 1 to 40 lower-case letters, digits, hyphens and underscores");
    }
    boolean isOfNumber = recipe.has(section + ".min") || recipe.has(section + ".max");
    if (isOfNumber && !labels.isEmpty()) {
      recipe.problem(
          section + ".labels", "are of a label, min and max of a number; an answer is one of them");
    } else if (!isOfNumber && labels.isEmpty()) {
      recipe.problem(section, "has no limit; give min or max of a number, or labels");
    } else if (min != null && max != null && min > max) {
      recipe.problem(section + ".min", plain(min) + " is above max, which is " + plain(max));
    }
    for (String label : labels) {
      if (label.isEmpty() || label.contains("*") || label.startsWith("=")) {
        recipe.problem(
            section + ".labels",
            "'" + label + "' is no label; write each out, with commas between them");
      } else if (label.matches("[+-]?[0-9.]+([eE][+-]?[0-9]+)?")) {
        recipe.problem(
            section + ".labels", "'" + label + "' is a number; limit numbers by min and max");
      }
    }
  }

  /** Which answers are wanted, and what becomes of the other pairs. */
  public String inWords() {
    String wanted =
        Stream.of(
                min == null ? "" : "at least " + plain(min),
                max == null ? "" : "at most " + plain(max),
                labels.isEmpty() ? "" : "one of " + String.join(", ", labels))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" and "));
    return wanted + "; " + whenOutside.inWords;
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
