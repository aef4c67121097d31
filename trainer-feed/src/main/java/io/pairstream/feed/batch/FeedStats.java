package io.pairstream.feed.batch;

import java.time.Duration;

/**
 * Statistics of a feed since it was opened, and its current fill.
 *
 * @param batches number of batches handed out
 * @param samples number of samples in them
 * @param elapsed time since the feed was opened
 * @param dataWait how long {@link PairFeed#next} kept the trainer waiting, in all
 * @param slotWait how long the fetch thread waited for the trainer to give back a slot
 * @param decoding time of all decode threads together
 * @param bytes stored size of the loaded records
 * @param readyBatches number of batches that wait for the trainer
 * @param slots batches that there is room for, those that the trainer holds included
 * @param batchSamples samples in a full batch
 * @param samplesWaiting records in the topic that were not read yet, ends of transactions included,
 *     as of the last poll; -1 where that is not known
 * @param samplesInMemory samples loaded and not yet taken by the trainer, those in ready batches
 *     included
 * @param starvesInSeconds seconds that these samples last at the rate at which they became fewer
 *     over the last minute; 0 where there are none and the trainer waited most of that minute; NaN
 *     where they do not become fewer
 * @param takedowns number of takedowns that the feed applies
 */
public record FeedStats(
    long batches,
    long samples,
    Duration elapsed,
    Duration dataWait,
    Duration slotWait,
    Duration decoding,
    long bytes,
    int readyBatches,
    int slots,
    int batchSamples,
    long samplesWaiting,
    long samplesInMemory,
    double starvesInSeconds,
    int takedowns) {

  /** Samples handed out per second since the feed was opened. */
  public double samplesPerSecond() {
    return elapsed.isZero() ? 0 : samples * 1e9 / elapsed.toNanos();
  }
}
