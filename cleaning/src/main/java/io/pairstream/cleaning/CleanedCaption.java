package io.pairstream.cleaning;

import java.util.HashMap;
import java.util.Map;

/**
 * A caption fit for training.
 *
 * @param text cleaned text, in NFC
 * @param language BCP 47 tag: the producer's hint until the language is identified; {@code und}
 *     where unknown
 * @param measures what was measured of the text, by name
 * @param texts other forms of the text that the recipe asks for, by name
 */
public record CleanedCaption(
    String text, String language, Map<String, Double> measures, Map<String, String> texts) {

  public CleanedCaption {
    measures = Map.copyOf(measures);
    texts = Map.copyOf(texts);
  }

  /** A caption of which nothing is measured yet. */
  public CleanedCaption(String text, String language) {
    this(text, language, Map.of(), Map.of());
  }

  /** Returns a copy with another text. */
  public CleanedCaption withText(String other) {
    return new CleanedCaption(other, language, measures, texts);
  }

  /** Returns a copy with another language. */
  public CleanedCaption withLanguage(String other) {
    return new CleanedCaption(text, other, measures, texts);
  }

  /** Returns a copy with one more measure. */
  public CleanedCaption withMeasure(String name, double value) {
    Map<String, Double> more = new HashMap<>(measures);
    more.put(name, value);
    return new CleanedCaption(text, language, more, texts);
  }

  /** Returns a copy with these other forms of its text. */
  public CleanedCaption withTexts(Map<String, String> forms) {
    return new CleanedCaption(text, language, measures, forms);
  }
}
