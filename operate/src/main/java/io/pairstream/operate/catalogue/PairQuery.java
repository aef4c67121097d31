package io.pairstream.operate.catalogue;

import java.util.List;
import java.util.Optional;

/**
 * Which pairs are looked for; all that is given must hold.
 *
 * @param text a pair id, an image digest, the beginning of one, coordinates, a reason, or words of
 *     captions and contributors' names; empty for all
 * @param reason a reason's name; empty for all, as with the others
 * @param source a source kind
 * @param contributor whom the pair names, exactly
 * @param producer whose API key it was sent with, exactly
 * @param label one of the pair's labels, exactly
 * @param status TRAINING, VALIDATION, TEST or QUARANTINED
 * @param answers what models say of the pair
 * @param after goes on behind the cursor of an earlier page
 * @param limit pairs of one page at most; 1 to 500
 */
public record PairQuery(
    String text,
    String reason,
    String source,
    String contributor,
    String producer,
    String label,
    String status,
    List<AnswerCondition> answers,
    Optional<String> after,
    int limit) {

  /** Longest text that is looked for, in characters. */
  public static final int LONGEST_TEXT = 500;

  /**
   * @throws IllegalArgumentException where the text is too long, or the cursor is none of ours
   */
  public PairQuery {
    answers = List.copyOf(answers);
    if (text.length() > LONGEST_TEXT) {
      throw new IllegalArgumentException(
          "q has at most " + LONGEST_TEXT + " characters, not " + text.length());
    }
    after.ifPresent(PairQuery::place);
  }

  /** Id before which the pairs of this page are. */
  long before() {
    return after.map(PairQuery::place).orElse(Long.MAX_VALUE);
  }

  private static long place(String cursor) {
    try {
      return Long.parseLong(cursor);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("after is the next of an earlier answer", e);
    }
  }
}
