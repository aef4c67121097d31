package io.pairstream.cli;

import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** What a trainer's feed reports of itself. */
final class FeedReport {

  private FeedReport() {}

  static void read(PairFeed feed, Reading reading) {
    FeedStats stats = feed.stats();
    reading
        .counter("feed_batches_total", stats.batches())
        .counter("feed_samples_total", stats.samples())
        .counter("feed_data_wait_nanoseconds_total", stats.dataWait().toNanos())
        .counter("feed_slot_wait_nanoseconds_total", stats.slotWait().toNanos())
        .counter("feed_decode_nanoseconds_total", stats.decoding().toNanos())
        .counter("feed_bytes_total", stats.bytes())
        .gauge("feed_ready_batches", stats.readyBatches())
        .gauge("feed_samples_in_memory", stats.samplesInMemory())
        .gauge("feed_starves_seconds", stats.starvesInSeconds())
        .gauge("feed_epoch", known(stats.epoch()))
        .gauge("feed_epoch_share", stats.epochShare())
        .gauge("feed_takedowns", stats.takedowns())
        .gauge("feed_slots", stats.slots())
        .gauge("feed_batch_samples", stats.batchSamples())
        .gauge("feed_samples_waiting", known(stats.samplesWaiting()));
  }

  private static double known(long number) {
    return number < 0 ? Double.NaN : (double) number;
  }

  /** How long the pairs of its view are kept; says so where the broker will delete them. */
  static Optional<String> addRetention(
      View view, Map<String, Object> clientSettings, SelfReport report) {
    try {
      ViewRetention retention = ViewRetention.of(view, clientSettings);
      report.add(reading -> read(view, retention, reading));
      return retention.isKept()
          ? Optional.empty()
          : Optional.of("of the view " + view.fingerprint() + " " + retention.inWords());
    } catch (KafkaException e) {
      return Optional.of("how long the view's pairs are kept is not known: " + e.getMessage());
    }
  }

  private static void read(View view, ViewRetention retention, Reading reading) {
    reading.fact("view_retention", retention.inWords());
    retention
        .leavesFrom()
        .ifPresent(
            leaves ->
                reading.gauge(
                    "feed_view_expires_seconds",
                    Duration.between(Instant.now(), leaves).toMillis() / 1e3,
                    "view",
                    view.fingerprint()));
  }
}
