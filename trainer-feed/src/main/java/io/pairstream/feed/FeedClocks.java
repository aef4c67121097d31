package io.pairstream.feed;

import java.util.concurrent.atomic.LongAdder;

/**
 * Where a feed's threads spend their time, in nanoseconds, and what they have loaded.
 *
 * @param bytes of records' values
 * @param loaded samples
 */
record FeedClocks(
    LongAdder fetching,
    LongAdder slotWait,
    LongAdder parsing,
    LongAdder decoding,
    LongAdder bytes,
    LongAdder loaded) {

  FeedClocks() {
    this(
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder());
  }

  /** Counts a sample that was loaded. */
  void countLoaded(byte[] value) {
    bytes.add(value.length);
    loaded.increment();
  }
}
