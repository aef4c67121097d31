package io.pairstream.feed;

/** Which pictures a feed hands out, by size. Every batch has one size in any case. */
public sealed interface Shapes {

  /** Pixels of the largest picture. */
  int maxPixels();

  /** Pictures of one size alone; any other is refused. */
  record One(int heightPx, int widthPx) implements Shapes {

    public One {
      FeedSettings.requirePositive(heightPx, "height in pixels");
      FeedSettings.requirePositive(widthPx, "width in pixels");
    }

    @Override
    public int maxPixels() {
      return Math.multiplyExact(heightPx, widthPx);
    }
  }

  /**
   * Pictures of several sizes, as a recipe with aspect-ratio buckets makes them. A size's batch is
   * handed out once it is full; until then its samples wait, as records. Over a view nothing waits:
   * the first sample of a batch decides its size, and another is refused.
   *
   * @param maxPixels pixels of the largest picture, at least 1; each slot has room for so large
   *     ones
   * @param mostWaiting samples that wait at a time, at least 1; where more would, the feed ends
   *     with a {@link RefusedSampleException}. Below (sizes × (batch size - 1) + 1) that can happen
   */
  record Several(int maxPixels, int mostWaiting) implements Shapes {

    public Several {
      FeedSettings.requirePositive(maxPixels, "pixels of the largest picture");
      FeedSettings.requirePositive(mostWaiting, "most waiting samples");
    }
  }
}
