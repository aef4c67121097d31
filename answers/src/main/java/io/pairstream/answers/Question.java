package io.pairstream.answers;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that a model has not been asked yet, or has not answered yet, and the pairs that wait
 * for it.
 *
 * @param key of the answer's record
 * @param further the pair that the answer becomes; null where it becomes none
 * @param attempts how often the model was asked already
 * @param since when it came, as {@link System#nanoTime} counts
 * @param turnAt when this instance asks it, likewise
 * @param pairs those that wait for the answer; more may come
 */
record Question(
    String key,
    Shown shown,
    FurtherCaption further,
    int attempts,
    long since,
    long turnAt,
    List<OpenPair> pairs) {

  Question(String key, Shown shown, FurtherCaption further, int attempts, long since, long turnAt) {
    this(key, shown, further, attempts, since, turnAt, new ArrayList<>());
  }

  /** Bytes that the question holds. */
  int size() {
    return shown.size() + (further == null ? 0 : further.size());
  }

  boolean isOurTurn(long now) {
    return now - turnAt >= 0;
  }
}
