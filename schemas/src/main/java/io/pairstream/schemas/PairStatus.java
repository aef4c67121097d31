package io.pairstream.schemas;

/** Where a pair stands; stands in {@link Receipt}. */
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
