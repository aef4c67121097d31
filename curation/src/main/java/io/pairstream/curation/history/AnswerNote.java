package io.pairstream.curation.history;

import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.condition.AnswerLimits;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model's answer about a pair.
 *
 * @param card name of the model's card
 * @param name the answer's name; empty where the model gave no answer
 * @param number the answer; null where it is a text or there is none
 * @param text the answer; empty where it is a number or there is none
 * @param reason why there is no answer: CRASHED, TIMED_OUT, REFUSED, ODD_ANSWER, OVER_BUDGET or
 *     UNREADABLE; empty where there is one
 * @param outside what the recipe says of an answer that is outside of its limits: SHADOW, TAG, HOLD
 *     or REJECT; empty where it is within or has none
 */
public record AnswerNote(
    String card, String name, Double number, String text, String reason, String outside) {

  /**
   * Answers of a model about a pair, by name.
   *
   * @param limits of the data set's recipe
   */
  public static List<AnswerNote> of(PairAnswer said, AnswerLimits limits) {
    return values(said).entrySet().stream()
        .map(each -> of(said.getCard(), each.getKey(), each.getValue(), limits))
        .toList();
  }

  /** The values by name: finite numbers, labels and, without a name, why it failed. */
  public static SortedMap<String, Object> values(PairAnswer said) {
    SortedMap<String, Object> values = new TreeMap<>(said.getLabels());
    said.getNumbers()
        .forEach(
            (name, number) -> {
              if (Double.isFinite(number)) {
                values.put(name, number);
              }
            });
    if (said.getStatus().equals("FAILED")) {
      values.put("", said.getReason());
    }
    return values;
  }

  /**
   * A model's answer about a pair.
   *
   * @param value a number, or a text; with an empty name the reason why there is no answer
   * @param limits of the data set's recipe
   */
  public static AnswerNote of(String card, String name, Object value, AnswerLimits limits) {
    boolean isNumber = value instanceof Number;
    String text = isNumber ? "" : String.valueOf(value);
    return new AnswerNote(
        card,
        name,
        isNumber ? ((Number) value).doubleValue() : null,
        name.isEmpty() ? "" : text,
        name.isEmpty() ? text : "",
        limits.broken(name, value).map(broken -> broken.limit().getWhenOutside()).orElse(""));
  }
}
