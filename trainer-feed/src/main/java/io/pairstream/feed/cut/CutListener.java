package io.pairstream.feed.cut;

import java.util.SortedMap;

/** Hears how far the reading of a split is. */
@FunctionalInterface
public interface CutListener {

  /**
   * Called now and then.
   *
   * @param records number of records read so far
   */
  void read(long records);

  /**
   * Called where conditions name answers: how many pairs have none yet, and might still come in.
   *
   * @param pairs by the answer's name; empty where none waits any more
   */
  default void waiting(SortedMap<String, Long> pairs) {}
}
