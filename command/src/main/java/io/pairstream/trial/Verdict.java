package io.pairstream.trial;

import io.pairstream.cleaning.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.split.SplitByImage.Split;

/** What a recipe makes of one pair. */
public sealed interface Verdict {

  /** The pair would be published, on {@code split}'s topic. */
  record Kept(CleanedPair pair, Split split) implements Verdict {}

  /** The pair would go to quarantine. */
  record Refused(Rejection rejection) implements Verdict {}

  /** The same image with the same caption was kept before. */
  record Copy() implements Verdict {}
}
