package io.pairstream.feed;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a feed has done since it was opened.
 *
 * @param batches handed out
 * @param samples in them
 * @param elapsed since the feed was opened
 * @param dataWait how long {@link PairFeed#next} kept the trainer waiting, in all
 * @param slotWait how long the fetch thread waited for the trainer to give back a slot
 * @param decoding time of all decode threads together
 * @param bytes of the records that were loaded, as they are stored
 */
public record FeedStats(
    long batches,
    long samples,
    Duration elapsed,
    Duration dataWait,
    Duration slotWait,
    Duration decoding,
    long bytes) {

  /** Samples handed out per second since the feed was opened. */
  public double samplesPerSecond() {
    return elapsed.isZero() ? 0 : samples * 1e9 / elapsed.toNanos();
  }

  /** What a feed's threads count: their time in nanoseconds, bytes, and samples in memory. */
  record Clocks(LongAdder slotWait, LongAdder decoding, LongAdder bytes, LongAdder loaded) {

    Clocks() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }
}
