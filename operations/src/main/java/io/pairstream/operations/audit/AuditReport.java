package io.pairstream.operations.audit;

import java.util.List;
import java.util.Map;

/**
 * Result of an audit.
 *
 * @param inputs raw records from the start of the log to the offset that preprocessing committed
 * @param outputs records per output topic, without those that a tombstone removed
 * @param inFlight inputs that are on the way through the repartition topic
 * @param withdrawn inputs whose pair was withdrawn
 * @param expired output records whose raw record has left the log, or is older than what was asked
 *     for
 * @param newer output records of inputs that were committed while the audit ran
 * @param differences how many breaches there are, in full, those of the links among them
 * @param details the first {@value #MAX_DETAILS} of them
 * @param equalSamples pairs with the image and the cleaned caption of another: what was published
 *     by versions that let them pass, which breaks no rule
 * @param firstEqualSamples the first {@value #MAX_EQUAL_SAMPLES} of them
 * @param links what became of the links
 */
public record AuditReport(
    long inputs,
    Map<String, Long> outputs,
    long inFlight,
    long withdrawn,
    long expired,
    long newer,
    long differences,
    List<Difference> details,
    long equalSamples,
    List<EqualSample> firstEqualSamples,
    LinkReport links) {

  /**
   * A published pair that teaches nothing new: another one has the same image and the same cleaned
   * caption.
   *
   * @param pairId one of the two
   * @param sameAs the other, of the smaller id
   */
  public record EqualSample(String pairId, String sameAs) {}

  /** How many differences are listed at most. */
  public static final int MAX_DETAILS = 1000;

  /** How many equal samples are listed at most. */
  public static final int MAX_EQUAL_SAMPLES = 20;

  /** Whether the rule holds. */
  public boolean passes() {
    return differences == 0;
  }
}
