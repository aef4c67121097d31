package io.pairstream.operations.profile;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.SourceKind;
import java.util.Arrays;

/**
 * Which pairs are summed up together: those that stand in the same place and come from the same
 * kind of source. At most 25.
 *
 * @param sourceKind one of {@link SourceKind}, or {@link #UNKNOWN}
 */
record SliceKey(PairStatus standing, String sourceKind) {

  /** Where a record does not say, or cannot be read. */
  static final String UNKNOWN = "UNKNOWN";

  /** The name where it is one of the closed list, so that nobody can make more slices. */
  static String knownKind(String name) {
    return Arrays.stream(SourceKind.values()).anyMatch(kind -> kind.name().equals(name))
        ? name
        : UNKNOWN;
  }

  boolean isAccepted() {
    return standing == PairStatus.TRAINING
        || standing == PairStatus.VALIDATION
        || standing == PairStatus.TEST;
  }
}
