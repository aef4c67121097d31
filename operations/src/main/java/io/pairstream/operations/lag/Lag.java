package io.pairstream.operations.lag;

import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What is known of a group, and likewise of each of its partitions. */
public interface Lag {

  /** The worst first; of two that are alike the one with more waiting. */
  Comparator<Lag> WORST_FIRST =
      Comparator.comparing(Lag::verdict)
          .thenComparing(each -> -each.lag().orElse(0))
          .thenComparing(each -> -each.seconds().orElse(0));

  Verdict verdict();

  /** Records that wait; empty where that is not known. */
  OptionalLong lag();

  /** Estimated size of what waits; empty where that is not known. */
  OptionalLong bytes();

  /** Age of the oldest record that waits; empty where that is not known. */
  OptionalDouble seconds();

  OptionalDouble arrivalPerSecond();

  OptionalDouble processingPerSecond();

  CatchUp catchUp();
}
