package io.pairstream.answers;

import io.pairstream.schemas.Answer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A pair that was read, with the answers that are there.
 *
 * @param answers those that are there, by the number of the card
 * @param keys of the answers' records, of those that are there and of those that are missing
 * @param missing numbers of the cards whose answers are to come
 */
record OpenPair(
    SplitPartition partition,
    long offset,
    String id,
    Map<Integer, Answer> answers,
    Set<String> keys,
    Set<Integer> missing) {

  OpenPair(SplitPartition partition, long offset, String id) {
    this(partition, offset, id, new TreeMap<>(), new HashSet<>(), new HashSet<>());
  }

  /** Notes that an answer is to come. */
  void await(int card, String key) {
    keys.add(key);
    missing.add(card);
  }

  /** Takes an answer that was to come. */
  void take(int card, Answer answer) {
    answers.put(card, answer);
    missing.remove(card);
  }

  boolean isComplete() {
    return missing.isEmpty();
  }
}
