package io.pairstream.feed.batch;

/**
 * Settings of a feed.
 *
 * @param batchSize samples per batch, at least 1
 * @param sidePx height and width of the pictures, at least 1; others are refused
 * @param untilEnd whether the feed ends where the log ended when it was opened, with a last batch
 *     that may be smaller; otherwise it waits for further samples
 */
public record FeedSettings(int batchSize, int sidePx, boolean untilEnd) {

  private static final int MAX_CHANNELS = 3;

  public FeedSettings {
    requireAtLeastOne(batchSize, "batch size");
    requireAtLeastOne(sidePx, "side in pixels");
    if ((long) sidePx * sidePx * MAX_CHANNELS > Integer.MAX_VALUE / batchSize) {
      throw new IllegalArgumentException("a batch has more than 2^31 bytes of pixels");
    }
  }

  private static void requireAtLeastOne(int value, String what) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, was " + value);
    }
  }
}
