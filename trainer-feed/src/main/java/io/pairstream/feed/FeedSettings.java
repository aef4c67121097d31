package io.pairstream.feed;

import java.util.OptionalInt;

/**
 * What a feed hands out, and how.
 *
 * @param batchSize samples per batch, at least 1
 * @param heightPx height of every image
 * @param widthPx width of every image
 * @param tokens token ids per sample; empty takes the number that the first sample has
 * @param slots batches in memory at a time, those that the trainer holds included; at least 2
 * @param decodeThreads threads that decode images, at least 1
 * @param end when the feed is over
 * @param lastBatch what becomes of a last batch that is not full
 */
public record FeedSettings(
    int batchSize,
    int heightPx,
    int widthPx,
    OptionalInt tokens,
    int slots,
    int decodeThreads,
    End end,
    LastBatch lastBatch) {

  /** When a feed is over. */
  public enum End {
    /** Never: it waits for further samples. */
    NEVER,
    /** Once it has handed out all that was committed when it was opened. */
    WHERE_LOG_ENDS
  }

  /** What becomes of a last batch that is not full. */
  public enum LastBatch {
    KEEP,
    DROP
  }

  public FeedSettings {
    requireAtLeast(1, batchSize, "batch size");
    requireAtLeast(1, heightPx, "height in pixels");
    requireAtLeast(1, widthPx, "width in pixels");
    requireAtLeast(1, tokens.orElse(1), "token ids per sample");
    requireAtLeast(2, slots, "slots");
    requireAtLeast(1, decodeThreads, "decode threads");
    if ((long) batchSize * heightPx * widthPx * ReadyBatch.CHANNELS > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a batch has more than 2^31 bytes of pixels");
    }
  }

  /** Endless, 256 x 256 pixels, four slots, a decode thread per processor. */
  public static FeedSettings ofBatches(int batchSize) {
    return new FeedSettings(
        batchSize,
        256,
        256,
        OptionalInt.empty(),
        4,
        Runtime.getRuntime().availableProcessors(),
        End.NEVER,
        LastBatch.KEEP);
  }

  /** The same, with another end. */
  public FeedSettings until(End otherEnd) {
    return new FeedSettings(
        batchSize, heightPx, widthPx, tokens, slots, decodeThreads, otherEnd, lastBatch);
  }

  /** The same, with another fate of the last batch. */
  public FeedSettings lastBatch(LastBatch otherFate) {
    return new FeedSettings(
        batchSize, heightPx, widthPx, tokens, slots, decodeThreads, end, otherFate);
  }

  /** The same, for samples of another shape. */
  public FeedSettings shape(int otherHeightPx, int otherWidthPx, int otherTokens) {
    return new FeedSettings(
        batchSize,
        otherHeightPx,
        otherWidthPx,
        OptionalInt.of(otherTokens),
        slots,
        decodeThreads,
        end,
        lastBatch);
  }

  /** The same, for square images of another side. */
  public FeedSettings side(int otherSidePx) {
    return new FeedSettings(
        batchSize, otherSidePx, otherSidePx, tokens, slots, decodeThreads, end, lastBatch);
  }

  /** Bytes of one image's pixels. */
  int imageBytes() {
    return heightPx * widthPx * ReadyBatch.CHANNELS;
  }

  private static void requireAtLeast(int least, int value, String what) {
    if (value < least) {
      throw new IllegalArgumentException(what + " must be at least " + least + ", was " + value);
    }
  }
}
