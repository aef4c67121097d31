package io.pairstream.feed.cut;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A condition on one field of a pair: {@code language=en,de}, {@code host!=*.example.org}, {@code
 * measure.sharpness>=50}.
 *
 * <p>A pair in which the field is unknown matches no condition on it. Immutable.
 */
public final class Condition {

  private static final String MEASURE = "measure.";

  private static final Pattern FORM =
      Pattern.compile("\\s*([A-Za-z_]+|measure\\.[^\\s=!<>,]+)\\s*(!=|>=|<=|=)\\s*(.*?)\\s*");

  /** Text fields, by name in a condition; a value is empty where it is unknown. */
  private static final Map<String, Function<IndexedPair, String>> TEXTS =
      new TreeMap<>(
          Map.of(
              "language", IndexedPair::getLanguage,
              "licence", IndexedPair::getLicence,
              "source", IndexedPair::getSourceKind,
              "contributor", IndexedPair::getContributor,
              "producer", IndexedPair::getProducer,
              "host", pair -> host(pair.getUrl())));

  private static final Map<String, Function<IndexedPair, Number>> NUMBERS =
      new TreeMap<>(
          Map.of(
              "fold", IndexedPair::getFold,
              "height", IndexedPair::getHeight,
              "token_count", IndexedPair::getTokenCount,
              "truncated", pair -> pair.getTruncated() ? 1 : 0,
              "width", IndexedPair::getWidth));

  private final String text;
  private final Predicate<IndexedPair> holds;

  private Condition(String text, Predicate<IndexedPair> holds) {
    this.text = text;
    this.holds = holds;
  }

  /**
   * Reads {@code FIELD OP VALUE[,VALUE...]}.
   *
   * <p>Texts are language, licence, source (the record's source_kind), contributor, producer and
   * host (of the url); {@code *} in a value stands for any characters. Numbers are fold, width,
   * height, token_count, truncated ({@code true} or {@code false}) and {@code measure.NAME}. {@code
   * =} holds for any of the values, {@code !=} for none of them, {@code >=} and {@code <=} compare
   * numbers with one.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Condition parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no condition; right is language=en,de or measure.sharpness>=50");
    }
    String name = parts.group(1);
    String sign = parts.group(2);
    String list = name.equals("host") ? parts.group(3).toLowerCase(Locale.ROOT) : parts.group(3);
    List<String> values = Arrays.stream(list.split(",", -1)).map(String::strip).toList();
    if (values.contains("")) {
      throw new IllegalArgumentException("'" + text + "' has an empty value");
    }
    boolean isNumber = NUMBERS.containsKey(name) || name.startsWith(MEASURE);
    if (!isNumber && !TEXTS.containsKey(name)) {
      throw new IllegalArgumentException(
          "'%s': there is no field %s; there are %s, %s and measure.NAME"
              .formatted(
                  text,
                  name,
                  String.join(", ", TEXTS.keySet()),
                  String.join(", ", NUMBERS.keySet())));
    }
    boolean isOrder = sign.equals(">=") || sign.equals("<=");
    if (isOrder && (!isNumber || values.size() > 1)) {
      throw new IllegalArgumentException(
          "'" + text + "': " + sign + " compares a number with one value");
    }
    return new Condition(
        name + sign + String.join(",", values),
        isNumber
            ? ofNumber(name, sign, values.stream().map(value -> number(text, name, value)).toList())
            : ofText(name, sign, values));
  }

  /** Whether a pair is as this says. */
  public boolean holdsFor(IndexedPair pair) {
    return holds.test(pair);
  }

  private static Predicate<IndexedPair> ofText(String name, String sign, List<String> values) {
    Predicate<String> isOne =
        Pattern.compile(
                values.stream().map(Condition::wildcard).collect(Collectors.joining("|")),
                Pattern.DOTALL)
            .asMatchPredicate();
    return pair -> {
      String found = TEXTS.get(name).apply(pair);
      return !found.isEmpty() && isOne.test(found) == sign.equals("=");
    };
  }

  private static Predicate<IndexedPair> ofNumber(String name, String sign, List<Double> values) {
    Function<IndexedPair, Number> field =
        name.startsWith(MEASURE)
            ? pair -> pair.getMeasures().get(name.substring(MEASURE.length()))
            : NUMBERS.get(name);
    DoublePredicate holds =
        switch (sign) {
          case ">=" -> number -> number >= values.get(0);
          case "<=" -> number -> number <= values.get(0);
          case "=" -> values::contains;
          default -> number -> !values.contains(number);
        };
    return pair -> {
      Number found = field.apply(pair);
      // The sum makes 0 of -0, which a list distinguishes.
      double number = found == null ? Double.NaN : found.doubleValue() + 0.0;
      return !Double.isNaN(number) && holds.test(number);
    };
  }

  private static String host(String url) {
    try {
      return LinkHost.of(url);
    } catch (InvalidUrlException e) {
      return "";
    }
  }

  private static double number(String condition, String name, String value) {
    if (name.equals("truncated") && List.of("true", "false").contains(value)) {
      return value.equals("true") ? 1 : 0;
    }
    try {
      double number = Double.parseDouble(value) + 0.0;
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, as what is no finite number.
    }
    throw new IllegalArgumentException("'" + condition + "': " + value + " is no number");
  }

  private static String wildcard(String value) {
    return Arrays.stream(value.split("\\*", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*"));
  }

  /** In one form, whatever spaces it was read with. */
  @Override
  public String toString() {
    return text;
  }
}
