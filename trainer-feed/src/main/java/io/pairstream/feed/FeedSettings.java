package io.pairstream.feed;

import io.pairstream.feed.record.Selection;
import java.util.OptionalInt;

/**
 * What a feed hands out, and how.
 *
 * @param batchSize samples per batch, at least 1
 * @param shapes sizes of the pictures
 * @param tokens token ids per sample; empty takes the number that the first sample has
 * @param slots batches in memory at a time, those that the trainer holds included; at least 2
 * @param decodeThreads threads that decode images, at least 1
 * @param end when the feed is over
 * @param lastBatch what becomes of last batches that are not full
 * @param selection which of a pair's images and token ids
 */
public record FeedSettings(
    int batchSize,
    Shapes shapes,
    OptionalInt tokens,
    int slots,
    int decodeThreads,
    End end,
    LastBatch lastBatch,
    Selection selection) {

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

  private static final int MAX_CHANNELS = 3;

  public FeedSettings {
    requirePositive(batchSize, "batch size");
    requirePositive(tokens.orElse(1), "token ids per sample");
    if (slots < 2) {
      throw new IllegalArgumentException("slots must be at least 2, was " + slots);
    }
    requirePositive(decodeThreads, "decode threads");
    if ((long) shapes.maxPixels() * MAX_CHANNELS > Integer.MAX_VALUE / batchSize) {
      throw new IllegalArgumentException("a batch has more than 2^31 bytes of pixels");
    }
  }

  /** Endless, 256 x 256 pixels as they are stored, four slots, a decode thread per processor. */
  public static FeedSettings ofBatches(int batchSize) {
    return new FeedSettings(
        batchSize,
        new Shapes.One(256, 256),
        OptionalInt.empty(),
        4,
        Runtime.getRuntime().availableProcessors(),
        End.NEVER,
        LastBatch.KEEP,
        Selection.MAIN);
  }

  /** The same, with another end. */
  public FeedSettings until(End otherEnd) {
    return new FeedSettings(
        batchSize, shapes, tokens, slots, decodeThreads, otherEnd, lastBatch, selection);
  }

  /** The same, with another fate of last batches. */
  public FeedSettings lastBatch(LastBatch otherFate) {
    return new FeedSettings(
        batchSize, shapes, tokens, slots, decodeThreads, end, otherFate, selection);
  }

  /** The same, for samples of another shape. */
  public FeedSettings shape(int heightPx, int widthPx, int otherTokens) {
    return shapes(new Shapes.One(heightPx, widthPx)).tokens(otherTokens);
  }

  /** The same, for square images of another side. */
  public FeedSettings side(int sidePx) {
    return shapes(new Shapes.One(sidePx, sidePx));
  }

  /** The same, for pictures of other sizes. */
  public FeedSettings shapes(Shapes otherShapes) {
    return new FeedSettings(
        batchSize, otherShapes, tokens, slots, decodeThreads, end, lastBatch, selection);
  }

  /** The same, for another number of token ids. */
  public FeedSettings tokens(int otherTokens) {
    return new FeedSettings(
        batchSize,
        shapes,
        OptionalInt.of(otherTokens),
        slots,
        decodeThreads,
        end,
        lastBatch,
        selection);
  }

  /** The same, with other numbers of slots and of decode threads. */
  public FeedSettings memory(int otherSlots, int otherDecodeThreads) {
    return new FeedSettings(
        batchSize, shapes, tokens, otherSlots, otherDecodeThreads, end, lastBatch, selection);
  }

  /** The same, with the rendition of this name for a picture; empty for the pair's own image. */
  public FeedSettings rendition(String name) {
    return selection(new Selection(name, selection.tokenSet()));
  }

  /** The same, with the token set of this name; empty for the pair's own token ids. */
  public FeedSettings tokenSet(String name) {
    return selection(new Selection(selection.rendition(), name));
  }

  private FeedSettings selection(Selection otherSelection) {
    return new FeedSettings(
        batchSize, shapes, tokens, slots, decodeThreads, end, lastBatch, otherSelection);
  }

  static void requirePositive(long value, String what) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, was " + value);
    }
  }
}
