package io.pairstream.schemas;

/** Status of a pair in its {@link Receipt}. */
public enum PairStatus {
  TRAINING,
  VALIDATION,
  TEST,
  QUARANTINED,
  WITHDRAWN;

  /** Whether the pair is in the data set, so that a further copy has nothing to add. */
  public boolean isPublished() {
    return this == TRAINING || this == VALIDATION || this == TEST;
  }
}
