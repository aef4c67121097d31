package io.pairstream.feed.python;

import java.util.ArrayList;
import java.util.List;

/** Batches of several ranks, merged. */
final class Interleaved {

  private Interleaved() {}

  /** One batch of those of all ranks, where the first sample of it is rank 0's. */
  static <T> List<T> of(List<List<T>> ranks) {
    List<T> whole = new ArrayList<>();
    for (int i = 0; i < ranks.get(0).size(); i++) {
      for (List<T> rank : ranks) {
        if (i < rank.size()) {
          whole.add(rank.get(i));
        }
      }
    }
    return whole;
  }
}
