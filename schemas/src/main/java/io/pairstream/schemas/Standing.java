package io.pairstream.schemas;

/** Where a pair stands; stands in {@link Receipt}. */
public enum Standing {
  TRAINING,
  VALIDATION,
  TEST,
  QUARANTINED,
  WITHDRAWN;

  /** Whether a further copy of the pair has nothing to add: it is published, or must not be. */
  public boolean isFinal() {
    return this != QUARANTINED;
  }
}
