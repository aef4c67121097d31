package io.pairstream.feed.order;

import java.util.stream.LongStream;

/**
 * One of several ranks that train together: of an epoch's samples it has every {@code ranks}-th,
 * from number {@code rank} on.
 *
 * @param rank from 0 to below {@code ranks}
 * @param ranks number of processes that train together
 */
public record RankShare(int rank, int ranks) {

  public RankShare {
    if (ranks < 1 || rank < 0 || rank >= ranks) {
      throw new IllegalArgumentException(
          "rank " + rank + " of " + ranks + "; ranks count from 0, and there is at least one");
    }
  }

  /** The rank's numbers, from {@code begin} to below {@code end}. */
  public LongStream of(long begin, long end) {
    long first = begin + Math.floorMod(rank - begin, (long) ranks);
    return LongStream.iterate(first, number -> number < end, number -> number + ranks);
  }

  /** By how many ranks the samples of one of so many lanes are handed out. */
  public int perLane(int lanes) {
    return ranks / commonDivisor(ranks, lanes);
  }

  /** How many of so many lanes have samples of the rank's. */
  public int lanes(int lanes) {
    return lanes / commonDivisor(ranks, lanes);
  }

  private static int commonDivisor(int a, int b) {
    return b == 0 ? a : commonDivisor(b, a % b);
  }
}
