package io.pairstream.cli;

import io.pairstream.feed.FeedSettings;
import picocli.CommandLine.Option;

/** What a batch is. */
final class FeedOptions {

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  private int batchSize;

  @Option(names = "--side-px", paramLabel = "N", defaultValue = "256")
  private int sidePx;

  int batchSize() {
    return batchSize;
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
    return FeedSettings.ofBatches(batchSize / ranks).side(sidePx);
  }
}
