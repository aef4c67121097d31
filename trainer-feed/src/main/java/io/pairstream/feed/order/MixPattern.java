package io.pairstream.feed.order;

import java.util.List;

/**
 * Whose turn it is where several views are mixed: views by turns, as evenly as their weights allow.
 *
 * <p>With weights {@code w} of the sum {@code W}, turn {@code i} of the first {@code W} turns is
 * that of the view {@code v} with {@code c < w} and the largest {@code w (i + 1) - W c}, {@code c}
 * its turns so far; of several such views that of the first. After {@code W} turns it begins anew.
 * Lane {@code l} of {@code L} begins {@code floor(l W / L)} turns later than the first one, so that
 * a batch of all lanes is mixed too. Immutable.
 */
public final class MixPattern {

  /** Largest sum of weights. */
  public static final int MAX_LENGTH = 1000;

  private final int[] pattern;

  /** By view and turn: turns of the view before it; at the end its weight. */
  private final int[][] before;

  /**
   * @param weights one for each of at least two views, each at least 1, at most {@link #MAX_LENGTH}
   *     together
   */
  public MixPattern(List<Integer> weights) {
    long sum = weights.stream().mapToLong(Integer::longValue).sum();
    if (weights.size() < 2 || weights.stream().anyMatch(weight -> weight < 1) || sum > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a mix has two or more views with weights of at least 1, and of at most %,d together, not %s"
              .formatted(MAX_LENGTH, weights));
    }
    this.pattern = new int[(int) sum];
    this.before = new int[weights.size()][pattern.length + 1];
    int[] chosen = new int[weights.size()];
    for (int i = 0; i < pattern.length; i++) {
      int best = -1;
      for (int view = 0; view < chosen.length; view++) {
        if (chosen[view] < weights.get(view)
            && (best < 0 || due(weights, chosen, view, i) > due(weights, chosen, best, i))) {
          best = view;
        }
      }
      pattern[i] = best;
      chosen[best]++;
      for (int view = 0; view < chosen.length; view++) {
        before[view][i + 1] = chosen[view];
      }
    }
  }

  private long due(List<Integer> weights, int[] chosen, int view, int turn) {
    return (long) weights.get(view) * (turn + 1) - (long) pattern.length * chosen[view];
  }

  /** Which view a turn is that of; turns count from 0 without an end. */
  public int view(long turn) {
    return pattern[(int) (turn % pattern.length)];
  }

  /** Turns of a view before a turn. */
  public long turnsBefore(int view, long turn) {
    int[] ofView = before[view];
    return turn / pattern.length * ofView[pattern.length] + ofView[(int) (turn % pattern.length)];
  }

  /** The turn with which a lane begins. */
  public long firstTurn(int lane, int lanes) {
    return (long) lane * pattern.length / lanes;
  }
}
