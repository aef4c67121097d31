package io.pairstream.cli;

import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.Shapes;
import picocli.CommandLine.Option;

/** What a batch is. */
final class FeedOptions {

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  private int batchSize;

  @Option(names = "--side-px", paramLabel = "N", defaultValue = "256")
  private int sidePx;

  @Option(names = "--max-pixels", paramLabel = "N")
  private Integer maxPixels;

  @Option(names = "--max-waiting", paramLabel = "N")
  private Integer maxWaiting;

  @Option(names = "--rendition", paramLabel = "NAME", defaultValue = "")
  private String rendition;

  @Option(names = "--token-set", paramLabel = "NAME", defaultValue = "")
  private String tokenSet;

  int batchSize() {
    return batchSize;
  }

  boolean isWaitingLimited() {
    return maxWaiting != null;
  }

  /**
   * Settings of a feed.
   *
   * @param ranks that share each batch
   * @throws IllegalArgumentException where they make no sense
   */
  FeedSettings of(int ranks) {
    if (ranks < 1 || batchSize % ranks != 0) {
      int least = Math.max(1, ranks);
      int below = Math.max(1, batchSize / least) * least;
      throw new IllegalArgumentException(
          "--batch-size %d cannot be shared by --ranks %d alike; the nearest sizes are %d and %d"
              .formatted(batchSize, ranks, below, below + least));
    }
    return FeedSettings.ofBatches(batchSize / ranks)
        .shapes(shapes(batchSize / ranks))
        .rendition(rendition)
        .tokenSet(tokenSet);
  }

  private Shapes shapes(int perRank) {
    if (maxPixels != null) {
      return new Shapes.Several(
          maxPixels, maxWaiting == null ? Math.multiplyExact(64, perRank) : maxWaiting);
    }
    if (maxWaiting != null) {
      throw new IllegalArgumentException(
          "--max-waiting goes with --max-pixels; one size waits for nothing");
    }
    return new Shapes.One(sidePx, sidePx);
  }
}
