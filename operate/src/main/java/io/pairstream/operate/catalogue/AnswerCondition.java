package io.pairstream.operate.catalogue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A condition on what a model says of a pair: {@code answer.nsfw<=0.3}, {@code
 * answer.style=photo,draw*}.
 *
 * @param name the answer's name
 * @param sign {@code =}, {@code <=} or {@code >=}
 * @param values one or, for {@code =}, several; {@code *} in a text stands for any characters
 */
public record AnswerCondition(String name, String sign, List<String> values) {

  private static final Pattern FORM =
      Pattern.compile("\\s*answer\\.([^\\s=!<>,]+)\\s*(>=|<=|=)(?!=)\\s*(.*?)\\s*");

  /**
   * Reads conditions that all have to hold, with {@code and} between them; none of an empty text.
   *
   * @throws IllegalArgumentException for anything else, with what would be right
   */
  public static List<AnswerCondition> parse(String text) {
    return text.isBlank()
        ? List.of()
        : Arrays.stream(text.split("\\s+and\\s+")).map(AnswerCondition::one).toList();
  }

  private static AnswerCondition one(String text) {
    Matcher parts = FORM.matcher(text);
    List<String> values =
        parts.matches()
            ? Arrays.stream(parts.group(3).split(",", -1)).map(String::strip).toList()
            : List.of();
    boolean isOrder = parts.matches() && !parts.group(2).equals("=");
    if (values.isEmpty()
        || values.contains("")
        || (isOrder && (values.size() > 1 || number(values.get(0)).isEmpty()))) {
      throw new IllegalArgumentException(
          "where: '%s' is no condition on an answer; right is answer.nsfw<=0.3 or answer.style=photo"
              .formatted(text));
    }
    return new AnswerCondition(parts.group(1), parts.group(2), values);
  }

  /** The rows of the table of answers for which it holds, as SQL with {@link #arguments}. */
  String rows() {
    if (!sign.equals("=")) {
      return AnswerIndex.NAMED + " AND typeof(value) = 'real' AND value " + sign + " ?";
    }
    return AnswerIndex.NAMED
        + " AND ("
        + String.join(
            " OR ",
            values.stream()
                .map(value -> number(value).isPresent() ? "value = ?" : "value GLOB ?")
                .toList())
        + ")";
  }

  List<Object> arguments() {
    return Stream.concat(
            Stream.of(name),
            values.stream()
                .map(value -> number(value).<Object>map(any -> any).orElseGet(() -> glob(value))))
        .toList();
  }

  private static Optional<Double> number(String value) {
    try {
      return Optional.of(Double.valueOf(value)).filter(Double::isFinite);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** SQLite's pattern in which the asterisk alone is special. */
  private static String glob(String value) {
    return value.replace("[", "[[]").replace("?", "[?]");
  }
}
