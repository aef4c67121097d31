package io.pairstream.feed.filter;

import io.pairstream.feed.record.PairFields;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What one field of a pair has to be: {@code language=en,de}, {@code host!=*.example.org}, {@code
 * measure.sharpness>=50}.
 *
 * <p>A pair in which the field is unknown does not match, whatever is asked of it. Immutable.
 */
public final class Condition {

  private static final Pattern FORM =
      Pattern.compile("\\s*([A-Za-z_]+|measure\\.[^\\s=!<>,]+)\\s*(!=|>=|<=|=)\\s*(.*?)\\s*");

  /** By the name in a condition: the record's field. */
  private static final Map<String, String> TEXTS =
      new TreeMap<>(
          Map.of(
              "language", "language",
              "licence", "licence",
              "source", "source_kind",
              "contributor", "contributor",
              "host", "url"));

  private static final List<String> NUMBERS =
      List.of("fold", "height", "token_count", "truncated", "width");

  private final String name;
  private final Operator operator;
  private final List<String> values;

  /** The values of a text; empty where the field is a number. */
  private final List<Pattern> texts;

  /** The values of a number; empty where the field is a text. */
  private final List<Double> numbers;

  private Condition(
      String name,
      Operator operator,
      List<String> values,
      List<Pattern> texts,
      List<Double> numbers) {
    this.name = name;
    this.operator = operator;
    this.values = List.copyOf(values);
    this.texts = List.copyOf(texts);
    this.numbers = List.copyOf(numbers);
  }

  private enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    AT_LEAST(">="),
    AT_MOST("<=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    private static Operator of(String sign) {
      return Arrays.stream(values()).filter(one -> one.sign.equals(sign)).findFirst().orElseThrow();
    }

    private boolean isOrder() {
      return this == AT_LEAST || this == AT_MOST;
    }
  }

  /**
   * Reads {@code FIELD OP VALUE[,VALUE...]}.
   *
   * <p>Texts are language, licence, source (the record's source_kind), contributor and host (of the
   * url); {@code *} in a value stands for any characters. Numbers are fold, width, height,
   * token_count, truncated ({@code true} or {@code false}) and {@code measure.NAME}. {@code =}
   * holds for any of the values, {@code !=} for none of them, {@code >=} and {@code <=} compare
   * numbers with one.
   *
   * @throws InvalidConditionException for anything else
   */
  public static Condition parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new InvalidConditionException(
          "'" + text + "' is no condition; right is language=en,de or measure.sharpness>=50");
    }
    String name = parts.group(1);
    Operator operator = Operator.of(parts.group(2));
    String list = name.equals("host") ? parts.group(3).toLowerCase(Locale.ROOT) : parts.group(3);
    List<String> values = Arrays.stream(list.split(",", -1)).map(String::strip).toList();
    if (values.contains("")) {
      throw new InvalidConditionException("'" + text + "' has an empty value");
    }
    boolean isNumber = NUMBERS.contains(name) || name.startsWith(PairFields.MEASURE);
    if (!isNumber && !TEXTS.containsKey(name)) {
      throw new InvalidConditionException(
          "'%s': there is no field %s; there are %s, %s and measure.NAME"
              .formatted(
                  text, name, String.join(", ", TEXTS.keySet()), String.join(", ", NUMBERS)));
    }
    if (operator.isOrder() && (!isNumber || values.size() > 1)) {
      throw new InvalidConditionException(
          "'" + text + "': " + operator.sign + " compares a number with one value");
    }
    return isNumber
        ? new Condition(
            name,
            operator,
            values,
            List.of(),
            values.stream().map(value -> number(text, name, value)).toList())
        : new Condition(
            name, operator, values, values.stream().map(Condition::wildcard).toList(), List.of());
  }

  /** The record's field that decides. */
  String field() {
    return TEXTS.getOrDefault(name, name);
  }

  /** Whether a pair, of which at least {@link #field} was read, is as this says. */
  boolean matches(PairFields pair) {
    if (TEXTS.containsKey(name)) {
      return text(pair).filter(this::matches).isPresent();
    }
    Double number = pair.numbers().get(name);
    return number != null && matches(number + 0.0);
  }

  private boolean matches(String text) {
    boolean isOne = texts.stream().anyMatch(value -> value.matcher(text).matches());
    return isOne == (operator == Operator.EQUAL);
  }

  private boolean matches(double number) {
    return switch (operator) {
      case AT_LEAST -> number >= numbers.get(0);
      case AT_MOST -> number <= numbers.get(0);
      case EQUAL -> numbers.contains(number);
      case NOT_EQUAL -> !numbers.contains(number);
    };
  }

  private Optional<String> text(PairFields pair) {
    Optional<String> text = Optional.ofNullable(pair.texts().get(field()));
    return name.equals("host") ? text.flatMap(Condition::host) : text;
  }

  private static Optional<String> host(String url) {
    try {
      return Optional.of(LinkHost.of(url));
    } catch (InvalidUrlException e) {
      return Optional.empty();
    }
  }

  private static double number(String condition, String name, String value) {
    if (name.equals("truncated") && List.of("true", "false").contains(value)) {
      return value.equals("true") ? 1 : 0;
    }
    try {
      // The sum makes 0 of -0, which a list tells apart.
      double number = Double.parseDouble(value) + 0.0;
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, as what is no finite number.
    }
    throw new InvalidConditionException("'" + condition + "': " + value + " is no number");
  }

  private static Pattern wildcard(String value) {
    return Pattern.compile(
        Arrays.stream(value.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
        Pattern.DOTALL);
  }

  /** In one form, whatever spaces it was read with. */
  @Override
  public String toString() {
    return name + operator.sign + String.join(",", values);
  }
}
