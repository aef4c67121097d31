package io.pairstream.feed.record;

import java.util.Map;

/**
 * Some of a prepared pair's fields. What is unknown is not there: neither a field that the writer
 * did not have, nor an empty text.
 *
 * @param texts by the field's name
 * @param numbers by the field's name, a measure's with {@code measure.} in front; a boolean is 0 or
 *     1
 */
public record PairFields(Map<String, String> texts, Map<String, Double> numbers) {

  /** What stands in front of a measure's name. */
  public static final String MEASURE = "measure.";

  public PairFields {
    texts = Map.copyOf(texts);
    numbers = Map.copyOf(numbers);
  }

  /** A text; empty where it is unknown. */
  public String text(String field) {
    return texts.getOrDefault(field, "");
  }
}
