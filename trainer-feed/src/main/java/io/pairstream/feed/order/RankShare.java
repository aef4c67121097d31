package io.pairstream.feed.order;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The lanes of one of several ranks that train together: neighbours, so that the batches of all
 * ranks, one behind the other, are the same batch whatever the number of ranks.
 *
 * @param rank from 0 to below {@code ranks}
 * @param ranks number of processes that train together, a divisor of {@code lanes}
 * @param lanes of the plan
 */
public record RankShare(int rank, int ranks, int lanes) {

  public RankShare {
    if (ranks < 1 || rank < 0 || rank >= ranks) {
      throw new IllegalArgumentException(
          "rank " + rank + " of " + ranks + "; ranks count from 0, and there is at least one");
    }
    if (lanes % ranks != 0) {
      throw new IllegalArgumentException(
          "%d lanes cannot be shared by %d ranks alike; the nearest numbers of ranks are %s"
              .formatted(lanes, ranks, nearest(ranks, lanes)));
    }
  }

  /** First lane of the rank. */
  public int firstLane() {
    return rank * (lanes / ranks);
  }

  /** Number of the rank's lanes. */
  public int laneCount() {
    return lanes / ranks;
  }

  private static String nearest(int ranks, int lanes) {
    int below =
        IntStream.iterate(Math.min(ranks, lanes), n -> n - 1)
            .filter(n -> lanes % n == 0)
            .findFirst()
            .orElse(1);
    return IntStream.concat(
            IntStream.of(below),
            IntStream.rangeClosed(ranks, lanes).filter(n -> lanes % n == 0).limit(1))
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" and "));
  }
}
