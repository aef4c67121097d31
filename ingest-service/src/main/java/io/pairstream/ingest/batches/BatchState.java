package io.pairstream.ingest.batches;

/** How a batch's body came in. The name is part of the contract. */
enum BatchState {
  /** It is still coming. */
  OPEN,
  /** All of it came. */
  WHOLE,
  /**
   * It ended before its end: the connection was cut, the batch was given up, or its instance died.
   */
  CUT
}
