package io.pairstream.operations.audit;

/**
 * One breach of the accounting rule.
 *
 * @param sentence what was found where, for a reader
 * @param pairId the pair that is at fault, where {@link Kind#UNREVIEWED}; empty otherwise
 * @param raw coordinates of its raw record, likewise
 */
public record Difference(Kind kind, String sentence, String pairId, String raw) {

  /** What is wrong. */
  public enum Kind {
    /** A raw record left by no output, or of a link nothing became. */
    MISSING,
    /** A raw record or a link stands twice on one topic. */
    TWICE,
    /** A raw record or a link stands on two topics. */
    IN_TWO_PLACES,
    /** A record is not what belongs on its topic, or names an input that cannot be its own. */
    MISPLACED,
    /** An output cannot be read, so that nobody knows which raw record it is of. */
    UNREADABLE,
    /** One image is in two of training, validation and test. */
    SPLIT_LEAK,
    /** One pair id was accepted for two raw records. */
    PAIR_TWICE,
    /** A pair says that a person let it in, and nobody did. */
    UNREVIEWED
  }
}
