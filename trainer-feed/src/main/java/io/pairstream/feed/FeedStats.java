package io.pairstream.feed;

import java.time.Duration;

/**
 * What a feed has done since it was opened.
 *
 * @param batches handed out
 * @param samples in them
 * @param elapsed since the feed was opened
 * @param dataWait how long {@link PairFeed#next} kept the trainer waiting, in all
 * @param fetching how long the fetch thread was in Kafka's client
 * @param slotWait how long the fetch thread waited for the trainer to give back a slot
 * @param parsing time of all decode threads together in reading records
 * @param decoding time of all decode threads together in decoding images
 * @param bytes of the records that were loaded, as they are stored
 */
public record FeedStats(
    long batches,
    long samples,
    Duration elapsed,
    Duration dataWait,
    Duration fetching,
    Duration slotWait,
    Duration parsing,
    Duration decoding,
    long bytes) {

  /** Bytes loaded per second since the feed was opened. */
  public double bytesPerSecond() {
    return elapsed.isZero() ? 0 : bytes * 1e9 / elapsed.toNanos();
  }

  /** Samples handed out per second since the feed was opened. */
  public double samplesPerSecond() {
    return elapsed.isZero() ? 0 : samples * 1e9 / elapsed.toNanos();
  }
}
