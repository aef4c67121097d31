package io.pairstream.feed.batch;

/**
 * Settings of a feed.
 *
 * @param batchSize samples per batch, at least 1
 * @param sidePx height and width of the pictures, at least 1; others are refused
 * @param slots batches in memory at a time, those that the trainer holds included; at least 2
 * @param decodeThreads threads that decode images, at least 1
 * @param end when the feed is over
 */
public record FeedSettings(int batchSize, int sidePx, int slots, int decodeThreads, End end) {

  /** When a feed is over. */
  public enum End {
    /** Never: it waits for further samples. */
    NEVER,
    /**
     * Once it has handed out all that was committed when it was opened; the last batch may be
     * smaller.
     */
    WHERE_LOG_ENDS
  }

  private static final int MAX_CHANNELS = 3;

  public FeedSettings {
    requireAtLeast(1, batchSize, "batch size");
    requireAtLeast(1, sidePx, "side in pixels");
    requireAtLeast(2, slots, "slots");
    requireAtLeast(1, decodeThreads, "decode threads");
    if ((long) sidePx * sidePx * MAX_CHANNELS > Integer.MAX_VALUE / batchSize) {
      throw new IllegalArgumentException("a batch has more than 2^31 bytes of pixels");
    }
  }

  /** Endless, 256 x 256 pixels, four slots, a decode thread per processor. */
  public static FeedSettings ofBatches(int batchSize) {
    int threads = Runtime.getRuntime().availableProcessors();
    return new FeedSettings(batchSize, 256, 4, threads, End.NEVER);
  }

  /** Returns a copy with another end. */
  public FeedSettings until(End other) {
    return new FeedSettings(batchSize, sidePx, slots, decodeThreads, other);
  }

  /** Returns a copy for images of another side. */
  public FeedSettings side(int otherPx) {
    return new FeedSettings(batchSize, otherPx, slots, decodeThreads, end);
  }

  /** Returns a copy with other numbers of slots and of decode threads. */
  public FeedSettings memory(int otherSlots, int otherDecodeThreads) {
    return new FeedSettings(batchSize, sidePx, otherSlots, otherDecodeThreads, end);
  }

  private static void requireAtLeast(int least, int value, String what) {
    if (value < least) {
      throw new IllegalArgumentException(what + " must be at least " + least + ", was " + value);
    }
  }
}
