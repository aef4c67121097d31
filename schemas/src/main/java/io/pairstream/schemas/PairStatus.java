package io.pairstream.schemas;

import java.util.Arrays;
import java.util.Optional;

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

  /** The split that a receipt's status names; empty of a status that this version does not know. */
  public static Optional<PairStatus> published(String status) {
    return Arrays.stream(values())
        .filter(PairStatus::isPublished)
        .filter(split -> split.name().equals(status))
        .findFirst();
  }
}
