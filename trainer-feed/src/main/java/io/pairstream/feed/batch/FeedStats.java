package io.pairstream.feed.batch;

import java.time.Duration;

/**
 * Statistics of a feed since it was opened.
 *
 * @param batches number of batches handed out
 * @param samples number of samples in them
 * @param elapsed time since the feed was opened
 * @param dataWait how long {@link PairFeed#next} kept the trainer waiting, in all
 * @param batchSamples samples in a full batch
 * @param samplesWaiting records in the topic that were not read yet, ends of transactions included,
 *     as of the last poll; -1 where that is not known
 * @param samplesInMemory samples of the next batch that were read so far
 * @param takedowns number of takedowns that the feed applies
 */
public record FeedStats(
    long batches,
    long samples,
    Duration elapsed,
    Duration dataWait,
    int batchSamples,
    long samplesWaiting,
    long samplesInMemory,
    int takedowns) {

  /** Samples handed out per second since the feed was opened. */
  public double samplesPerSecond() {
    return elapsed.isZero() ? 0 : samples * 1e9 / elapsed.toNanos();
  }
}
