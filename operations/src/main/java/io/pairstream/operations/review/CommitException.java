package io.pairstream.operations.review;

import org.apache.kafka.common.KafkaException;

/** A commit that did not end well, and what is known of it. */
final class CommitException extends KafkaException {

  private static final long serialVersionUID = 1L;

  private final boolean mayStand;
  private final boolean othersWrite;

  CommitException(String message, Throwable cause, boolean mayStand, boolean othersWrite) {
    super(message, cause);
    this.mayStand = mayStand;
    this.othersWrite = othersWrite;
  }

  /**
   * Whether what was to be committed may stand all the same: Kafka was asked, and its answer did
   * not come. Whoever opens the log next and reads knows. Otherwise none of it stands, nor will.
   */
  boolean mayStand() {
    return mayStand;
  }

  /** Whether somebody else has opened the log since, so that this one writes no more. */
  boolean othersWrite() {
    return othersWrite;
  }

  /** Whether a further turn, which opens the log anew and reads, can settle it. */
  boolean settledByAnotherTurn() {
    return mayStand || othersWrite;
  }
}
