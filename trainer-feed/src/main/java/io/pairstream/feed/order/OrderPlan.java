package io.pairstream.feed.order;

/**
 * Parameters that decide the order of a run, besides view and epoch.
 *
 * @param seed any whole number; other seeds give other orders
 * @param lanes parts of an epoch that are handed out by turns, at least 1; fewer where the view is
 *     small
 * @param window samples of one lane that are mixed with each other, at least 1; 0 hands the view
 *     out in its own order, block after block
 */
public record OrderPlan(long seed, int lanes, int window) {

  public static final int DEFAULT_WINDOW = 256;

  public OrderPlan {
    if (lanes < 1 || lanes > 65_536) {
      throw new IllegalArgumentException("lanes must be 1 to 65,536, was " + lanes);
    }
    if (window < 0 || window > 65_536) {
      throw new IllegalArgumentException("the window must be 0 to 65,536 samples, was " + window);
    }
  }

  /** Records of a whole window. */
  public int windowSize() {
    return isShuffled() ? window : DEFAULT_WINDOW;
  }

  /** Lanes of a view: halved, rounded up, until each has a whole window. */
  public int lanesOf(long samples) {
    int ofView = lanes;
    while (ofView > 1 && samples < (long) ofView * windowSize()) {
      ofView = (ofView + 1) / 2;
    }
    return ofView;
  }

  /** Whether an epoch's order differs from the view's own. */
  public boolean isShuffled() {
    return window > 0;
  }
}
