package io.pairstream.feed.order;

/**
 * What, besides a view and an epoch, decides the order of a run.
 *
 * @param seed any whole number; other seeds give other orders
 * @param lanes equal parts that an epoch is cut into, and that ranks share; at least 1
 * @param window samples of one lane that are mixed with each other, at least 1; 0 hands the view
 *     out in its own order, block after block
 */
public record OrderPlan(long seed, int lanes, int window) {

  /** Divided by 1, 2, 3, 4, 6, 8, 12 and 24 ranks. */
  public static final int DEFAULT_LANES = 24;

  public static final int DEFAULT_WINDOW = 256;

  public OrderPlan {
    if (lanes < 1 || lanes > 65_536) {
      throw new IllegalArgumentException("lanes must be 1 to 65,536, was " + lanes);
    }
    if (window < 0 || window > 65_536) {
      throw new IllegalArgumentException("the window must be 0 to 65,536 samples, was " + window);
    }
  }

  /** With the usual number of lanes and the usual window. */
  public static OrderPlan of(long seed) {
    return new OrderPlan(seed, DEFAULT_LANES, DEFAULT_WINDOW);
  }

  /** Records of a whole window. */
  public int windowSize() {
    return isShuffled() ? window : DEFAULT_WINDOW;
  }

  /** Whether an epoch's order differs from the view's own. */
  public boolean isShuffled() {
    return window > 0;
  }
}
