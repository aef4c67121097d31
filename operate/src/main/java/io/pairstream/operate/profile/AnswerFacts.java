package io.pairstream.operate.profile;

import io.pairstream.operate.profile.Facts.Value;
import io.pairstream.schemas.PairAnswer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Values that a pair counts for by what models say of it. Numbers count by their first two digits,
 * rounded down, since it is unknown beforehand which there will be; a report makes wider bins of
 * them.
 *
 * @param byCard values of each model's card
 */
record AnswerFacts(SortedMap<String, List<Value>> byCard) {

  static final AnswerFacts NONE = new AnswerFacts(new TreeMap<>());

  /** Dimension whose values are cards that answered. */
  static final String ANSWERED = "answered";

  /** Dimension whose values are cards that failed. */
  static final String FAILED = "failed";

  /** Begins the dimension of a number; the answer's name follows. */
  static final String NUMBER = "number.";

  /** Begins the dimension of a label; the answer's name follows. */
  static final String LABEL = "label.";

  private static final MathContext DIGITS = new MathContext(2, RoundingMode.FLOOR);

  /** Numbers nearer to 0 count as 0, so that there are not more bins than pairs. */
  static final double LEAST = 1e-6;

  /**
   * Facts after a card has said something.
   *
   * @param said null where it says nothing any more
   */
  AnswerFacts with(String card, PairAnswer said) {
    SortedMap<String, List<Value>> changed = new TreeMap<>(byCard);
    if (said == null) {
      changed.remove(card);
    } else {
      changed.put(card, values(card, said));
    }
    return new AnswerFacts(changed);
  }

  private static List<Value> values(String card, PairAnswer said) {
    List<Value> values = new ArrayList<>();
    boolean failed = said.getStatus().equals("FAILED");
    values.add(new Value(failed ? FAILED : ANSWERED, card));
    said.getNumbers()
        .forEach(
            (name, number) -> {
              if (Double.isFinite(number)) {
                values.add(new Value(NUMBER + name, bin(number)));
              }
            });
    said.getLabels().forEach((name, label) -> values.add(new Value(LABEL + name, label)));
    return List.copyOf(values);
  }

  static String bin(double number) {
    return Math.abs(number) < LEAST
        ? "0"
        : BigDecimal.valueOf(number).round(DIGITS).stripTrailingZeros().toString();
  }

  /** All values. */
  List<Value> values() {
    return byCard.values().stream().flatMap(List::stream).toList();
  }
}
