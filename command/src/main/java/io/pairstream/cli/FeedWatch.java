package io.pairstream.cli;

import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.Position;
import io.pairstream.feed.view.FeedSource;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.schemas.Threads;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * What others see of a trainer's feed: its figures, and, for the lag display alone, its position:
 * soon after it has moved on, also while it waits for more, and never a reason to stop or to wait.
 */
final class FeedWatch implements AutoCloseable {

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(30);

  private final PairFeed feed;
  private final Consumer<String> complaints;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("shown-position"));

  private Position shown;
  private long notBeforeNanos = System.nanoTime();

  /**
   * Begins to show a feed.
   *
   * @param feed open until this is closed
   * @param complaints hears what cannot be shown
   */
  FeedWatch(PairFeed feed, SelfReport report, Consumer<String> complaints) {
    this.feed = feed;
    this.complaints = complaints;
    this.shown = feed.position();
    report.add(this::read);
    Threads.repeat(clock, Duration.ofSeconds(1), this::showPosition);
  }

  private synchronized void showPosition() {
    Position now = feed.position();
    if (now.equals(shown) || System.nanoTime() - notBeforeNanos < 0) {
      return;
    }
    try {
      feed.commit();
      shown = now;
    } catch (KafkaException e) {
      notBeforeNanos = System.nanoTime() + AGAIN_AFTER.toNanos();
      complaints.accept("the lag display is behind: " + e.getMessage());
    }
  }

  /** Shows where it has ended. */
  @Override
  public void close() {
    clock.shutdown();
    showPosition();
  }

  private void read(Reading reading) {
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
  void addRetention(View view, FeedSource source, SelfReport report) {
    try {
      ViewRetention retention = ViewRetention.of(view, source);
      report.add(reading -> read(view, retention, reading));
      if (!retention.isKept()) {
        complaints.accept("of the view " + view.fingerprint() + " " + retention.inWords());
      }
    } catch (KafkaException e) {
      complaints.accept("how long the view's pairs are kept is not known: " + e.getMessage());
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
