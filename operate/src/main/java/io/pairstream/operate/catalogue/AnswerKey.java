package io.pairstream.operate.catalogue;

import java.util.Optional;

/**
 * Key of what a model said of a pair.
 *
 * @param card name of the model's card
 */
public record AnswerKey(String pairId, String card) {

  /** Reads {@code PAIR_ID/CARD}; empty for anything else. */
  public static Optional<AnswerKey> parse(String key) {
    int slash = key.indexOf('/');
    return slash <= 0 || slash == key.length() - 1
        ? Optional.empty()
        : Optional.of(new AnswerKey(key.substring(0, slash), key.substring(slash + 1)));
  }
}
