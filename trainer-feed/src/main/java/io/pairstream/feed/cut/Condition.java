package io.pairstream.feed.cut;

import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.PairAnswer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A condition on one field of a pair, {@code language=en,de}, {@code host!=*.example.org}, {@code
 * measure.sharpness>=50}, or on what a model says of it, {@code answer.nsfw<=0.3}.
 *
 * <p>A pair in which the field is unknown matches no condition on it, and neither does one that the
 * model was not asked about or gave no answer. Immutable.
 */
public final class Condition {

  private static final String MEASURE = "measure.";
  private static final String ANSWER = "answer.";

  private static final Pattern FORM =
      Pattern.compile("\\s*([A-Za-z_]+(?:\\.[^\\s=!<>,]+)?)\\s*(!=|>=|<=|=)(?!=)\\s*(.*?)\\s*");

  /** Fields of texts, by name in a condition; none, or an empty one, where they are unknown. */
  private static final Map<String, Function<IndexedPair, List<String>>> TEXTS =
      new TreeMap<>(
          Map.of(
              "label", IndexedPair::getLabels,
              "language", pair -> List.of(pair.getLanguage()),
              "licence", pair -> List.of(pair.getLicence()),
              "source", pair -> List.of(pair.getSourceKind()),
              "contributor", pair -> List.of(pair.getContributor()),
              "producer", pair -> List.of(pair.getProducer()),
              "host", pair -> List.of(host(pair.getUrl()))));

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

  /** Name of the answer that it is on; null where it is on a field of the pair. */
  private final String answer;

  private final Predicate<PairAnswer> holdsForAnswer;

  private Condition(
      String text,
      Predicate<IndexedPair> holds,
      String answer,
      Predicate<PairAnswer> holdsForAnswer) {
    this.text = text;
    this.holds = holds;
    this.answer = answer;
    this.holdsForAnswer = holdsForAnswer;
  }

  /**
   * Reads {@code FIELD OP VALUE[,VALUE...]}.
   *
   * <p>Texts are label, language, licence, source (the record's source_kind), contributor, producer
   * and host (of the url); {@code *} in a value stands for any characters. A pair may have several
   * labels: {@code =} asks whether one of them is as it says, {@code !=} whether none is. Numbers
   * are fold, width, height, token_count, truncated ({@code true} or {@code false}) and {@code
   * measure.NAME}. {@code answer.NAME} is a number or a text, whichever the model gives. {@code =}
   * holds for any of the values, {@code !=} for none of them, {@code >=} and {@code <=} compare
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
    boolean isAnswer = name.startsWith(ANSWER);
    boolean isNumber = NUMBERS.containsKey(name) || name.startsWith(MEASURE);
    if (!isAnswer && !isNumber && !TEXTS.containsKey(name)) {
      throw new IllegalArgumentException(
          "'%s': there is no field %s; there are %s, %s, measure.NAME and answer.NAME"
              .formatted(
                  text,
                  name,
                  String.join(", ", TEXTS.keySet()),
                  String.join(", ", NUMBERS.keySet())));
    }
    boolean isOrder = sign.equals(">=") || sign.equals("<=");
    if (isOrder && ((!isNumber && !isAnswer) || values.size() > 1)) {
      throw new IllegalArgumentException(
          "'" + text + "': " + sign + " compares a number with one value");
    }
    List<Double> numbers =
        isNumber || isOrder
            ? values.stream().map(value -> number(text, name, value)).toList()
            : List.of();
    String form = name + sign + String.join(",", values);
    if (isAnswer) {
      String answer = name.substring(ANSWER.length());
      return new Condition(form, pair -> false, answer, ofAnswer(answer, sign, values));
    }
    return new Condition(
        form,
        isNumber ? ofNumber(name, sign, numbers) : ofText(name, sign, values),
        null,
        said -> false);
  }

  /** Name of the model's answer that it is on; empty where it is on a field of the pair. */
  public Optional<String> answer() {
    return Optional.ofNullable(answer);
  }

  /** Whether a pair is as this says; never where it is on an answer. */
  public boolean holdsFor(IndexedPair pair) {
    return holds.test(pair);
  }

  /** Whether what a model said of a pair is as this says; never where it is on a field. */
  public boolean holdsFor(PairAnswer said) {
    return holdsForAnswer.test(said);
  }

  /**
   * Refuses answers that are all of a kind for which this never holds.
   *
   * @param kind {@code label} or {@code number}; anything else is of both
   */
  void requireKind(String kind) {
    Matcher parts = FORM.matcher(text);
    boolean isOrder = parts.matches() && parts.group(2).matches("[<>]=");
    boolean isWord =
        Arrays.stream(parts.group(3).split(",")).anyMatch(value -> finite(value).isEmpty());
    if (kind.equals(isOrder ? "label" : isWord ? "number" : "")) {
      throw new InvalidViewException(
          "%s is a %s: compare it %s"
              .formatted(parts.group(1), kind, isOrder ? "by = or !=" : "with numbers"));
    }
  }

  private static Predicate<PairAnswer> ofAnswer(String name, String sign, List<String> values) {
    List<Double> numbers = values.stream().flatMap(value -> finite(value).stream()).toList();
    Predicate<Number> isNumber =
        numbers.size() == values.size() ? numbers(sign, numbers) : number -> false;
    Predicate<String> isText =
        sign.equals("=") || sign.equals("!=") ? texts(sign, values) : label -> false;
    return said -> {
      Double number = said.getNumbers().get(name);
      return number == null
          ? isText.test(said.getLabels().getOrDefault(name, ""))
          : isNumber.test(number);
    };
  }

  private static Predicate<IndexedPair> ofText(String name, String sign, List<String> values) {
    Predicate<String> holds = texts(sign, values);
    return pair -> {
      List<String> found = TEXTS.get(name).apply(pair);
      return sign.equals("=")
          ? found.stream().anyMatch(holds)
          : !found.isEmpty() && found.stream().allMatch(holds);
    };
  }

  private static Predicate<IndexedPair> ofNumber(String name, String sign, List<Double> values) {
    Function<IndexedPair, Number> field =
        name.startsWith(MEASURE)
            ? pair -> pair.getMeasures().get(name.substring(MEASURE.length()))
            : NUMBERS.get(name);
    Predicate<Number> holds = numbers(sign, values);
    return pair -> holds.test(field.apply(pair));
  }

  /** Whether a text is as a sign and values say; an empty one never is. */
  private static Predicate<String> texts(String sign, List<String> values) {
    Predicate<String> isOne =
        Pattern.compile(
                values.stream().map(Condition::wildcard).collect(Collectors.joining("|")),
                Pattern.DOTALL)
            .asMatchPredicate();
    return found -> !found.isEmpty() && isOne.test(found) == sign.equals("=");
  }

  /** Whether a number is as a sign and values say; null and NaN never are. */
  private static Predicate<Number> numbers(String sign, List<Double> values) {
    DoublePredicate holds =
        switch (sign) {
          case ">=" -> number -> number >= values.get(0);
          case "<=" -> number -> number <= values.get(0);
          case "=" -> values::contains;
          default -> number -> !values.contains(number);
        };
    return found -> {
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
    return finite(value)
        .orElseThrow(
            () -> new IllegalArgumentException("'" + condition + "': " + value + " is no number"));
  }

  private static Optional<Double> finite(String value) {
    try {
      return Optional.of(Double.parseDouble(value) + 0.0).filter(Double::isFinite);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
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
