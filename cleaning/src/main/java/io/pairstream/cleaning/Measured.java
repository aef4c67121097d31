package io.pairstream.cleaning;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Grounds of a rejection: a number and the limit that it breaks, or texts where nothing is a
 * number. Data, of which words are made where a person reads.
 *
 * @param measure name of what the number measures; empty where nothing is
 * @param value the number; where it equals a largest limit, the true value is larger and unknown
 * @param bound how the limit bounds it
 * @param limit the limit; 0 where there is none
 * @param unit of both numbers, one of the section {@code unit} of {@link RejectReason#WORDS}; empty
 *     for plain numbers
 * @param found what was found instead of a number, like a colour model; empty where nothing was
 * @param allowed what would have been right instead of it
 * @param translations what was found in other languages, by tag such as {@code zh}: words that a
 *     plugin gives, as nothing here can translate them; null counts as none
 */
public record Measured(
    String measure,
    double value,
    Bound bound,
    double limit,
    String unit,
    String found,
    String allowed,
    Map<String, String> translations) {

  /** Nothing is measured. */
  public static final Measured NONE = text("", "");

  /** Digits of a value that is no whole number, which is more than anybody compares. */
  private static final int DIGITS = 4;

  public Measured {
    translations = translations == null ? Map.of() : Map.copyOf(translations);
  }

  /** How a limit bounds a value. The name is part of the contract. */
  public enum Bound {
    NONE,
    AT_LEAST,
    AT_MOST,
    MORE_THAN,
    EXACTLY
  }

  /** A value that is too small. */
  public static Measured atLeast(String measure, double value, double limit, String unit) {
    return bounded(measure, value, Bound.AT_LEAST, limit, unit);
  }

  /** A value that is too large. */
  public static Measured atMost(String measure, double value, double limit, String unit) {
    return bounded(measure, value, Bound.AT_MOST, limit, unit);
  }

  /** A whole number that is too large. */
  public static Measured atMost(String measure, long value, long limit, String unit) {
    return atMost(measure, (double) value, (double) limit, unit);
  }

  /** A number for which there is no limit. */
  public static Measured number(String measure, double value, String unit) {
    return bounded(measure, value, Bound.NONE, 0, unit);
  }

  /** A number, and the limit that bounds it so. */
  public static Measured bounded(
      String measure, double value, Bound bound, double limit, String unit) {
    return new Measured(measure, value, bound, limit, unit, "", "", Map.of());
  }

  /** Grounds that are no number. */
  public static Measured text(String found, String allowed) {
    return new Measured("", 0, Bound.NONE, 0, "", found, allowed, Map.of());
  }

  /** Returns a copy with what was found in other languages. */
  public Measured withTranslations(Map<String, String> byLanguage) {
    return new Measured(measure, value, bound, limit, unit, found, allowed, byLanguage);
  }

  /** Returns a copy with each text changed. */
  public Measured withTexts(UnaryOperator<String> change) {
    return new Measured(
        change.apply(measure),
        value,
        bound,
        limit,
        change.apply(unit),
        change.apply(found),
        change.apply(allowed),
        translations.entrySet().stream()
            .collect(toUnmodifiableMap(Map.Entry::getKey, text -> change.apply(text.getValue()))));
  }

  /** The value in English, like {@code 12 bytes}; empty where nothing was found. */
  public String inWords() {
    if (measure.isEmpty()) {
      return found;
    }
    String rounded = withUnit(shown(value, DIGITS));
    if (bound == Bound.AT_MOST && value == limit) {
      return "more than " + rounded;
    }
    return value != limit && rounded.equals(limitInWords())
        ? withUnit(shown(value, Integer.MAX_VALUE))
        : rounded;
  }

  /** The limit in English; empty where there is none. */
  public String limitInWords() {
    return bound == Bound.NONE ? allowed : withUnit(shown(limit, Integer.MAX_VALUE));
  }

  private String withUnit(String number) {
    return unit.isEmpty() ? number : RejectReason.withUnit(unit, number);
  }

  private static String shown(double number, int digits) {
    if (!Double.isFinite(number)) {
      return String.valueOf(number);
    }
    BigDecimal exact = BigDecimal.valueOf(number);
    int whole = exact.precision() - exact.scale();
    BigDecimal rounded = exact.round(new MathContext(Math.max(digits, whole)));
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
