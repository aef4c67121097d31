package io.pairstream.tools.audit;

import java.util.List;
import java.util.Map;

/**
 * Result of an audit.
 *
 * @param inputs raw records from the start of the log to the offset that preprocessing committed
 * @param outputs records per output topic, without those that a tombstone removed
 * @param inFlight inputs that are on the way through the repartition topic
 * @param waiting inputs that wait until their picture has been looked up among all others
 * @param withdrawn inputs whose pair was withdrawn
 * @param expired output records whose raw record has left the log, or is older than what was asked
 *     for
 * @param differences how many breaches there are, in full, those of the links among them
 * @param details the first {@value #MAX_DETAILS} of them
 * @param equalSamples pairs with the image and the cleaned caption of another: what was published
 *     by versions that let them pass, which breaks no rule
 * @param firstEqualSamples the first {@value #MAX_EQUAL_SAMPLES} of them
 * @param otherRecipes published records that say another recipe's version than the one that was
 *     asked for: their split, fold and token ids were not looked at
 * @param nearCopies pictures that are nearly one of another split
 * @param links what became of the links
 */
public record AuditReport(
    long inputs,
    Map<String, Long> outputs,
    long inFlight,
    long waiting,
    long withdrawn,
    long expired,
    long differences,
    List<Difference> details,
    long equalSamples,
    List<EqualSample> firstEqualSamples,
    long otherRecipes,
    NearCopyReport nearCopies,
    LinkReport links) {

  /**
   * One breach of the accounting rule.
   *
   * @param sentence what was found where, for a reader
   * @param pairId the pair that is at fault, where {@link Kind#UNREVIEWED}; empty otherwise
   * @param raw coordinates of its raw record, likewise
   */
  public record Difference(Kind kind, String sentence, String pairId, String raw) {}

  /** Kind of a finding. */
  public enum Kind {
    /** A raw record left by no output, or of a link nothing became. */
    MISSING,
    /** A raw record or a link stands twice on one topic. */
    TWICE,
    /** A raw record or a link stands on two topics. */
    IN_TWO_PLACES,
    /** A record is not what belongs on its topic, or names an input that cannot be its own. */
    MISPLACED,
    /** An output cannot be read, so its raw record is unknown. */
    UNREADABLE,
    /**
     * One image is in two of training, validation and test; or near copies are, although both were
     * published since these are looked for.
     */
    SPLIT_LEAK,
    /** One pair id was accepted for two raw records. */
    PAIR_TWICE,
    /** A pair claims a review that did not let it in. */
    UNREVIEWED,
    /** A pair's split, fold or token ids are not those that its recipe gives. */
    ALTERED
  }

  /**
   * Counts of a data set's links by their outcome.
   *
   * @param inputs links from the start of the log on that the fetchers have finished
   * @param fetched links that a raw pair names
   * @param quarantined links that a record in quarantine names
   * @param waiting links that are to be tried later
   * @param expired links without a raw pair that are older than the oldest raw pair which is kept
   */
  public record LinkReport(
      long inputs, long fetched, long quarantined, long waiting, long expired) {}

  /**
   * A published pair that teaches nothing new: another one has the same image and the same cleaned
   * caption.
   *
   * @param pairId one of the two
   * @param sameAs the other, of the smaller id
   */
  public record EqualSample(String pairId, String sameAs) {}

  /**
   * Pictures of training that are nearly one that is held out, and of validation that are nearly
   * one of test. Where these were looked for before both were published, they are differences too.
   *
   * @param count how many
   * @param first the first {@value #MAX_NEAR_COPIES} of them, in sentences
   */
  public record NearCopyReport(long count, List<String> first) {}

  /** How many near copies are listed at most. */
  public static final int MAX_NEAR_COPIES = 10;

  /** How many differences are listed at most. */
  public static final int MAX_DETAILS = 1000;

  /** How many equal samples are listed at most. */
  public static final int MAX_EQUAL_SAMPLES = 20;

  /** Whether the rule holds. */
  public boolean passes() {
    return differences == 0;
  }
}
