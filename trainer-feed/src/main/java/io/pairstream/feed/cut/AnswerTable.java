package io.pairstream.feed.cut;

import io.pairstream.feed.cut.DigestTable.Entry;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.condition.Condition;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Verdicts of conditions on the answers that are there: of each pair and card two bits a condition,
 * in 40 to 80 bytes. Not thread-safe.
 */
final class AnswerTable {

  /** Most conditions on answers; a number has two bits for each, and one for a failure. */
  static final int MOST_CONDITIONS = 30;

  private static final long FAILED = 1L << 62;

  /** Outcome for a pair. */
  enum Verdict {
    /** All conditions hold. */
    HOLDS,
    /** One does not, whatever else is answered. */
    FAILS,
    /** None is known not to hold, and a model that gives an answer to one failed. */
    UNANSWERABLE,
    /** None is known not to hold, and for one there is no answer yet. */
    WAITS
  }

  private final List<Condition> where;

  /** Names of the answers that the conditions are on, in their order. */
  private final List<String> names;

  private final DigestTable answers = new DigestTable();
  private final Map<String, Card> cards = new HashMap<>();

  /** When each answer was last given, by its name. */
  private final Map<String, Instant> last = new HashMap<>();

  /** Kind in which each answer was given, whether or not a condition is on it. */
  private final SortedMap<String, String> given = new TreeMap<>();

  /** A model's card: what its name adds to keys, and on which conditions it has said anything. */
  private static final class Card {

    final long salt;
    long known;

    Card(String name) {
      salt = ByteBuffer.wrap(Sha256.of(name)).getLong();
    }
  }

  /**
   * @param where conditions on answers
   * @throws IllegalArgumentException for more than {@value #MOST_CONDITIONS}
   */
  AnswerTable(List<Condition> where) {
    if (where.size() > MOST_CONDITIONS) {
      throw new IllegalArgumentException(
          "a view has at most %d conditions on answers, not %d"
              .formatted(MOST_CONDITIONS, where.size()));
    }
    this.where = List.copyOf(where);
    this.names = where.stream().map(condition -> condition.answer().orElseThrow()).toList();
  }

  /** Whether there are conditions, without which every pair's verdict is that they hold. */
  boolean isAsked() {
    return !where.isEmpty();
  }

  /**
   * Takes in the last record of a pair and a card.
   *
   * @param pair 64 bits of the digest of the pair's id
   * @param said null where the record was deleted
   * @return whether it is the card's first answer that a condition names; pairs for which the card
   *     gave none may wait no longer
   */
  boolean put(long pair, String card, PairAnswer said) {
    Card by = cards.computeIfAbsent(card, Card::new);
    long bits = said == null ? 0 : bits(said);
    if (bits == 0) {
      answers.remove(pair ^ by.salt);
    } else {
      answers.put(pair ^ by.salt, bits, 0);
    }
    long before = by.known;
    by.known |= known(bits);
    return by.known != before;
  }

  private long bits(PairAnswer said) {
    if (said.getStatus().equals("FAILED")) {
      return FAILED;
    }
    said.getNumbers().keySet().forEach(name -> given.merge(name, "number", AnswerTable::either));
    said.getLabels().keySet().forEach(name -> given.merge(name, "label", AnswerTable::either));
    long bits = 0;
    for (int i = 0; i < where.size(); i++) {
      Condition condition = where.get(i);
      String name = names.get(i);
      if (said.getNumbers().containsKey(name) || said.getLabels().containsKey(name)) {
        bits |= condition.holdsFor(said) ? 3L << (2 * i) : 1L << (2 * i);
        last.merge(name, said.getAnsweredAt(), (one, other) -> one.isAfter(other) ? one : other);
      }
    }
    return bits;
  }

  private static String either(String kind, String other) {
    return kind.equals(other) ? kind : "number or label";
  }

  /**
   * Refuses conditions that can hold for none of the answers that were given.
   *
   * @throws InvalidViewException where one compares a label as a number, or a number with words
   */
  void requireKinds() {
    for (int i = 0; i < where.size(); i++) {
      Optional<String> fault = where.get(i).misfit(given.getOrDefault(names.get(i), "unknown"));
      if (fault.isPresent()) {
        throw new InvalidViewException(fault.get());
      }
    }
  }

  /** Bits, one for each condition, that say that there is an answer. */
  private static long known(long bits) {
    return bits & 0x1555_5555_5555_5555L;
  }

  /**
   * Verdict on the answers of a pair.
   *
   * @param pair 64 bits of the digest of the pair's id
   */
  Verdict verdict(long pair) {
    long known = 0;
    long refused = 0;
    boolean isUnanswerable = false;
    for (Card card : cards.values()) {
      long bits = bits(pair, card);
      if (bits == FAILED) {
        isUnanswerable |= card.known != 0;
      } else {
        known |= known(bits);
        refused |= known(bits) & ~(bits >> 1);
      }
    }
    if (refused != 0) {
      return Verdict.FAILS;
    }
    if (isUnanswerable) {
      return Verdict.UNANSWERABLE;
    }
    return Long.bitCount(known) == where.size() ? Verdict.HOLDS : Verdict.WAITS;
  }

  /** Adds one to the count of each answer that a pair waits for. */
  void countMissing(long pair, Map<String, Long> counts) {
    long known = 0;
    for (Card card : cards.values()) {
      long bits = bits(pair, card);
      // Where it failed, it has answered all that the card answers.
      known |= bits == FAILED ? card.known : known(bits);
    }
    for (int i = 0; i < where.size(); i++) {
      boolean isFirst = names.indexOf(names.get(i)) == i;
      if (isFirst && ((known >> (2 * i)) & 1) == 0) {
        counts.merge(names.get(i), 1L, Long::sum);
      }
    }
  }

  /** An answer that so many pairs wait for. */
  MissingAnswer missing(String name, long pairs) {
    Instant at = last.get(name);
    String there = given.isEmpty() ? "" : "; there are " + String.join(", ", given.keySet());
    return new MissingAnswer(
        name,
        pairs,
        at == null
            ? "which no model has given yet" + there
            : "last given at " + at.truncatedTo(ChronoUnit.SECONDS));
  }

  /** Bits of a pair and card, or {@link #FAILED}. */
  private long bits(long pair, Card card) {
    Optional<Entry> entry = card.known == 0 ? Optional.empty() : answers.get(pair ^ card.salt);
    return entry.map(Entry::number).orElse(0L);
  }
}
