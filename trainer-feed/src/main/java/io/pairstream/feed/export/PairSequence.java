package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import java.io.IOException;

/** A view's pairs in an export's order. */
interface PairSequence {

  /** Takes one pair. */
  @FunctionalInterface
  interface Taker {

    void take(PreparedPair pair) throws IOException;
  }

  /** Hands the pairs of some places to a taker, in order; those that are withdrawn are left out. */
  void read(long from, long to, Taker taker) throws IOException;

  /**
   * Which takedowns are honoured now: what was read while there were others may hold pairs that
   * have been withdrawn since, or lack some that may be handed out again.
   */
  String takedowns();
}
