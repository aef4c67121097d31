package io.pairstream.answers;

import io.pairstream.schemas.Answer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A pair that was read, with the answers that are there. */
final class OpenPair {

  private final SplitPartition partition;
  private final long offset;
  private final String id;
  private final Map<Integer, Answer> answers = new TreeMap<>();
  private final Set<String> keys = new HashSet<>();
  private int missing;

  OpenPair(SplitPartition partition, long offset, String id) {
    this.partition = partition;
    this.offset = offset;
    this.id = id;
  }

  SplitPartition partition() {
    return partition;
  }

  long offset() {
    return offset;
  }

  String id() {
    return id;
  }

  /** Keys of the answers' records, of those that are there and of those that are missing. */
  Set<String> keys() {
    return keys;
  }

  /** The answers that are there, by the number of the card. */
  Map<Integer, Answer> answers() {
    return answers;
  }

  /** Notes that an answer is to come. */
  void await(String key) {
    keys.add(key);
    missing++;
  }

  /** Takes an answer that was to come. */
  void take(int card, Answer answer) {
    answers.put(card, answer);
    missing--;
  }

  boolean isComplete() {
    return missing == 0;
  }
}
