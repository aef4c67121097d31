package io.pairstream.feed.cut;

import java.util.List;

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
   * Called where conditions name answers: which are missing for pairs that might still come in.
   *
   * @param missing by name; empty where no pair waits any more
   */
  default void waiting(List<MissingAnswer> missing) {}

  /**
   * Called at the end of the reading.
   *
   * @param pairs number of pairs that are left out for a model's failure alone
   */
  default void unanswerable(long pairs) {}
}
