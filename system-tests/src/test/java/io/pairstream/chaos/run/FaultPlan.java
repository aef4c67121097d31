package io.pairstream.chaos.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Which fault comes when: a function of the seed, the number of records and the kinds alone.
 *
 * <p>Places are numbers of acknowledged records, never times, so that a slower machine repeats the
 * same run. They lie apart by chance, from 4 % to 96 % of the records.
 */
final class FaultPlan {

  private static final double FIRST = 0.04;
  private static final double LAST = 0.96;

  /** How much of the way to the next one a place may move. */
  private static final double PLAY = 0.6;

  private FaultPlan() {}

  /**
   * How often a kind comes.
   *
   * @param atLeast times, 0 or more
   * @param weight of its chance when the rest is drawn, 0 or more
   * @param mayOverlap whether another one may come while it lasts
   */
  record Share(String kind, int atLeast, int weight, boolean mayOverlap) {}

  /**
   * The plan, in the order of the places.
   *
   * @throws IllegalArgumentException where {@code faults} are too few for what must come
   */
  static List<PlannedFault> draw(
      long seed, long records, int faults, List<Share> shares, double overlapping) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Share> drawn = kinds(random, faults, shares);
    List<PlannedFault> plan = new ArrayList<>();
    boolean last = false;
    for (int i = 0; i < faults; i++) {
      double place = FIRST + (LAST - FIRST) * (i + PLAY * random.nextDouble()) / faults;
      boolean chosen = random.nextDouble() < overlapping;
      boolean overlaps =
          chosen
              && !last
              && i + 1 < faults
              && drawn.get(i).mayOverlap()
              && drawn.get(i + 1).mayOverlap();
      last = overlaps;
      plan.add(
          new PlannedFault(
              i + 1,
              Math.round(place * records),
              drawn.get(i).kind(),
              overlaps,
              random.nextLong()));
    }
    return List.copyOf(plan);
  }

  private static List<Share> kinds(SplittableRandom random, int faults, List<Share> shares) {
    List<Share> drawn = new ArrayList<>();
    for (Share share : shares) {
      drawn.addAll(Collections.nCopies(share.atLeast(), share));
    }
    if (drawn.size() > faults) {
      throw new IllegalArgumentException(
          "chaos.faults must be at least %d, so that each kind comes; was %d"
              .formatted(drawn.size(), faults));
    }
    int weights = shares.stream().mapToInt(Share::weight).sum();
    while (drawn.size() < faults) {
      if (weights == 0) {
        throw new IllegalArgumentException(
            "of no kind more may come than the %d that must; chaos.faults was %d"
                .formatted(drawn.size(), faults));
      }
      int ticket = random.nextInt(weights);
      int kind = 0;
      while (ticket >= shares.get(kind).weight()) {
        ticket -= shares.get(kind).weight();
        kind++;
      }
      drawn.add(shares.get(kind));
    }
    Collections.shuffle(drawn, new Random(random.nextLong()));
    return drawn;
  }
}
