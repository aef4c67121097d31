package io.pairstream.cli;

import io.pairstream.feed.FeedLevel;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.ReadingSource;

/** What a trainer's feed does. */
record FeedReading(PairFeed feed) implements ReadingSource {

  @Override
  public void read(Reading reading) {
    FeedStats stats = feed.stats();
    FeedLevel level = feed.level();
    reading
        .counter("feed_batches_total", stats.batches())
        .counter("feed_samples_total", stats.samples())
        .counter("feed_data_wait_nanoseconds_total", stats.dataWait().toNanos())
        .counter("feed_slot_wait_nanoseconds_total", stats.slotWait().toNanos())
        .counter("feed_decode_nanoseconds_total", stats.decoding().toNanos())
        .counter("feed_bytes_total", stats.bytes())
        .gauge("feed_ready_batches", level.readyBatches())
        .gauge("feed_samples_in_memory", level.samplesInMemory())
        .gauge("feed_starves_seconds", level.starvesInSeconds())
        .gauge("feed_epoch", level.epoch() < 0 ? Double.NaN : (double) level.epoch())
        .gauge("feed_epoch_share", level.epochShare())
        .gauge("feed_takedowns", level.takedowns())
        .gauge("feed_slots", level.slots())
        .gauge("feed_batch_samples", level.batchSamples())
        .gauge(
            "feed_samples_waiting",
            level.samplesWaiting() < 0 ? Double.NaN : (double) level.samplesWaiting());
  }
}
