package io.pairstream.answers;

import java.util.HashSet;
import java.util.Set;

/**
 * Something that a model has not been asked yet, or has not answered yet, and the pairs that wait
 * for it.
 */
final class Question {

  private final String key;
  private final Shown shown;
  private final FurtherCaption further;
  private final int attempts;
  private final long since;
  private final long turnAt;
  private final Set<OpenPair> pairs = new HashSet<>();

  /**
   * @param key of the answer's record
   * @param further the pair that the answer becomes; null where it becomes none
   * @param attempts how often the model was asked already
   * @param since when it came, as {@link System#nanoTime} counts
   * @param turnAt when this instance asks it, likewise
   */
  Question(String key, Shown shown, FurtherCaption further, int attempts, long since, long turnAt) {
    this.key = key;
    this.shown = shown;
    this.further = further;
    this.attempts = attempts;
    this.since = since;
    this.turnAt = turnAt;
  }

  String key() {
    return key;
  }

  Shown shown() {
    return shown;
  }

  /** The pair that the answer becomes; null where it becomes none. */
  FurtherCaption further() {
    return further;
  }

  /** Bytes that the question holds. */
  int size() {
    return shown.size() + (further == null ? 0 : further.size());
  }

  int attempts() {
    return attempts;
  }

  long since() {
    return since;
  }

  boolean isOurTurn(long now) {
    return now - turnAt >= 0;
  }

  /** Pairs that wait for the answer. */
  Set<OpenPair> pairs() {
    return pairs;
  }
}
