package io.pairstream.schemas.condition;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.PairAnswer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A condition on one field of a pair, {@code language=en,de}, {@code host!=*.example.org}, {@code
 * measure.sharpness>=50}, or on what a model says of it, {@code answer.nsfw<=0.3}. Immutable.
 *
 * <p>A pair in which the field is unknown matches no condition on it, and neither does one that the
 * model was not asked about or gave no answer.
 */
public final class Condition {

  private static final String MEASURE = "measure.";
  private static final String ANSWER = "answer.";

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*([A-Za-z_]+(?:\\.[^\\s=!<>,]+)?)\\s*(!=|>=|<=|=)(?!=)\\s*(.*?)\\s*", Pattern.DOTALL);

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");

  /** Fields of texts, by name in a condition; none, or an empty one, where they are unknown. */
  private static final Map<String, Function<IndexedPair, List<String>>> TEXTS =
      new TreeMap<>(
          Map.of(
              "label", pair -> pair.getMetadata().getLabels(),
              "language", pair -> List.of(pair.getLanguage()),
              "licence", pair -> List.of(pair.getMetadata().getLicence()),
              "source", pair -> List.of(pair.getMetadata().getSourceKind()),
              "contributor", pair -> List.of(pair.getMetadata().getContributor()),
              "producer", pair -> List.of(pair.getMetadata().getProducer()),
              "host", pair -> List.of(LinkHost.named(pair.getMetadata().getUrl()))));

  private static final Map<String, Function<IndexedPair, Number>> NUMBERS =
      new TreeMap<>(
          Map.of(
              "fold", IndexedPair::getFold,
              "height", IndexedPair::getHeight,
              "token_count", IndexedPair::getTokenCount,
              "truncated", pair -> pair.getTruncated() ? 1 : 0,
              "width", IndexedPair::getWidth));

  private final String name;
  private final Sign sign;
  private final List<String> values;

  /** The values as numbers; empty where one of them is none. */
  private final List<Double> numbers;

  private final Pattern texts;

  /** Comparison of a field with the values. */
  public enum Sign {
    /** Equal to one of the values. */
    EQUAL("="),
    /** Equal to none of the values. */
    UNEQUAL("!="),
    AT_LEAST(">="),
    AT_MOST("<=");

    private final String text;

    Sign(String text) {
      this.text = text;
    }

    /** Whether it compares numbers by size. */
    public boolean isOrder() {
      return this == AT_LEAST || this == AT_MOST;
    }

    private static Sign of(String text) {
      return Arrays.stream(values())
          .filter(sign -> sign.text.equals(text))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private Condition(String name, Sign sign, List<String> values, List<Double> numbers) {
    this.name = name;
    this.sign = sign;
    this.values = values;
    this.numbers = numbers.size() == values.size() ? numbers : List.of();
    this.texts =
        Pattern.compile(
            values.stream().map(Condition::wildcard).collect(Collectors.joining("|")),
            Pattern.DOTALL);
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
    Sign sign = Sign.of(parts.group(2));
    String list = name.equals("host") ? parts.group(3).toLowerCase(Locale.ROOT) : parts.group(3);
    List<String> values = List.of(list.split("\\s*,\\s*", -1));
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
    if (sign.isOrder() && ((!isNumber && !isAnswer) || values.size() > 1)) {
      throw new IllegalArgumentException(
          "'" + text + "': " + sign + " compares a number with one value");
    }
    List<Double> numbers =
        values.stream()
            .flatMap(value -> number(name, value, isNumber || sign.isOrder(), text).stream())
            .toList();
    return new Condition(name, sign, values, numbers);
  }

  /** Name of the model's answer that it is on; empty where it is on a field of the pair. */
  public Optional<String> answer() {
    return name.startsWith(ANSWER)
        ? Optional.of(name.substring(ANSWER.length()))
        : Optional.empty();
  }

  public Sign sign() {
    return sign;
  }

  /** Values that it compares with, at least one; one where the sign is an order. */
  public List<String> values() {
    return values;
  }

  /** Values as numbers, in their order; empty where one of them is none. */
  public List<Double> numbers() {
    return numbers;
  }

  /** Whether a pair is as this says; never where it is on an answer. */
  public boolean holdsFor(IndexedPair pair) {
    if (TEXTS.containsKey(name)) {
      List<String> found = TEXTS.get(name).apply(pair);
      return sign == Sign.EQUAL
          ? found.stream().anyMatch(this::holdsForText)
          : !found.isEmpty() && found.stream().allMatch(this::holdsForText);
    }
    if (name.startsWith(MEASURE)) {
      return holdsForNumber(pair.getMeasures().get(name.substring(MEASURE.length())));
    }
    return NUMBERS.containsKey(name) && holdsForNumber(NUMBERS.get(name).apply(pair));
  }

  /** Whether what a model said of a pair is as this says; never where it is on a field. */
  public boolean holdsFor(PairAnswer said) {
    return answer()
        .map(
            of ->
                said.getNumbers().containsKey(of)
                    ? said.getNumbers().get(of)
                    : said.getLabels().get(of))
        .filter(this::holdsForAnswer)
        .isPresent();
  }

  /**
   * Whether a model's answer of the name that this is on is as it says.
   *
   * @param answer a number, or a text
   */
  public boolean holdsForAnswer(Object answer) {
    return answer instanceof Number number
        ? !numbers.isEmpty() && holdsForNumber(number)
        : !sign.isOrder() && holdsForText(String.valueOf(answer));
  }

  /**
   * Fault of comparing labels as numbers, or numbers with words; empty where this holds for answers
   * of the kind.
   *
   * @param kind of all answers, {@code label} or {@code number}; anything else is of both
   */
  public Optional<String> misfit(String kind) {
    return kind.equals(sign.isOrder() ? "label" : numbers.isEmpty() ? "number" : "")
        ? Optional.of(
            "%s is a %s: compare it %s"
                .formatted(name, kind, sign.isOrder() ? "by = or !=" : "with numbers"))
        : Optional.empty();
  }

  /** Whether a text is as this says; an empty one never is. */
  private boolean holdsForText(String found) {
    return !found.isEmpty() && texts.matcher(found).matches() == (sign == Sign.EQUAL);
  }

  /** Whether a number is as this says; null and NaN never are. */
  private boolean holdsForNumber(Number found) {
    // The sum makes 0 of -0, which a list distinguishes.
    double number = found == null ? Double.NaN : found.doubleValue() + 0.0;
    return !Double.isNaN(number)
        && switch (sign) {
          case AT_LEAST -> number >= numbers.get(0);
          case AT_MOST -> number <= numbers.get(0);
          case EQUAL -> numbers.contains(number);
          case UNEQUAL -> !numbers.contains(number);
        };
  }

  private static Optional<Double> number(
      String name, String value, boolean isRequired, String condition) {
    if (name.equals("truncated") && List.of("true", "false").contains(value)) {
      return Optional.of(value.equals("true") ? 1.0 : 0.0);
    }
    Optional<Double> number =
        NUMBER.matcher(value).matches()
            ? Optional.of(Double.parseDouble(value) + 0.0).filter(Double::isFinite)
            : Optional.empty();
    if (isRequired && number.isEmpty()) {
      throw new IllegalArgumentException("'" + condition + "': " + value + " is no number");
    }
    return number;
  }

  private static String wildcard(String value) {
    return Arrays.stream(value.split("\\*", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*"));
  }

  /** In one form, whatever spaces it was read with. */
  @Override
  public String toString() {
    return name + sign + String.join(",", values);
  }
}
