package io.pairstream.ingest.batches;

import java.time.Instant;
import java.util.Map;

/**
 * A batch in numbers, as clients read it.
 *
 * <p>{@code taken} and {@code refused} add up to {@code inputs}, and so do the standings to {@code
 * taken}.
 *
 * @param batchId 32 lower-case hex digits
 * @param state how its body came in
 * @param done whether its body has ended and every pair of it is decided
 * @param inputs inputs of which it is known what became
 * @param taken those that Kafka has
 * @param refused those that were not taken
 * @param byStanding pairs and links by where they stand
 * @param byReason those that were turned away, could not be fetched, or wait, by reason
 * @param byProblem refused inputs by type of problem
 * @param receivedAt when it began
 * @param changedAt when its log was last written, or a pair of it decided
 */
record BatchTally(
    String batchId,
    State state,
    boolean done,
    long inputs,
    long taken,
    long refused,
    Map<String, Long> byStanding,
    Map<String, Long> byReason,
    Map<String, Long> byProblem,
    Instant receivedAt,
    Instant changedAt,
    String statusUrl,
    String failedUrl,
    String eventsUrl) {

  /** How a batch's body came in. The name is part of the contract. */
  enum State {
    /** It is still coming. */
    OPEN,
    /** All of it came. */
    WHOLE,
    /**
     * It ended before its end: the connection was cut, the batch was given up, or its instance
     * died.
     */
    CUT
  }
}
