package io.pairstream.feed;

import java.util.concurrent.atomic.LongAdder;

/** Where a feed's threads spend their time, in nanoseconds. */
record FeedClocks(LongAdder fetching, LongAdder slotWait, LongAdder parsing, LongAdder decoding) {

  FeedClocks() {
    this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
  }
}
