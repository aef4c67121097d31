package io.pairstream.operate.catalogue;

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

  static AnswerNote of(String card, String name, Object value, String outside) {
    boolean isNumber = value instanceof Number;
    String text = isNumber ? "" : String.valueOf(value);
    return new AnswerNote(
        card,
        name,
        isNumber ? ((Number) value).doubleValue() : null,
        name.isEmpty() ? "" : text,
        name.isEmpty() ? text : "",
        outside);
  }
}
