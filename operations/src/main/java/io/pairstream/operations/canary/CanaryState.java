package io.pairstream.operations.canary;

/** What the canary tells. */
public enum CanaryState {
  /** The last one came out within its budget. */
  OK,

  /** The last one came out late, or is late. */
  LATE,

  /** The last one never came out. */
  LOST,

  /** None has come out yet, or none could be sent. */
  UNKNOWN
}
