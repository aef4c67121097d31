package io.pairstream.cli.training;

import io.pairstream.feed.batch.FeedPosition;
import io.pairstream.feed.batch.FeedStats;
import io.pairstream.feed.batch.PairFeed;
import io.pairstream.schemas.Threads;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Shows a trainer's feed to others: its figures, and, for the lag display alone, its position: soon
 * after it has moved on, also while it waits for more, and never a reason to stop or to wait.
 */
final class FeedWatch implements AutoCloseable {

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(30);

  private final PairFeed feed;
  private final Consumer<String> complaints;
  private final ScheduledExecutorService clock = Threads.scheduler("shown-position");

  private FeedPosition shown;
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
    FeedPosition now = feed.position();
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

  /** Says once what waits where all is read, and it fills no batch. */
  void sayWhatWaits() {
    AtomicBoolean isSaid = new AtomicBoolean();
    Threads.repeat(
        clock,
        Duration.ofSeconds(1),
        () -> {
          FeedStats stats = feed.stats();
          if (stats.samplesWaiting() == 0
              && stats.samplesInMemory() < stats.batchSamples()
              && !isSaid.getAndSet(true)) {
            complaints.accept(
                "all is read; samples that wait: %d, a batch needs %d"
                    .formatted(stats.samplesInMemory(), stats.batchSamples()));
          }
        });
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
        .time("feed_data_wait_seconds_total", stats.dataWait())
        .gauge("feed_ready_batches", 0)
        .gauge("feed_samples_in_memory", (double) stats.samplesInMemory())
        .gauge("feed_takedowns", stats.takedowns())
        .gauge("feed_batch_samples", stats.batchSamples())
        .gauge("feed_samples_waiting", known(stats.samplesWaiting()));
  }

  private static double known(long number) {
    return number < 0 ? Double.NaN : (double) number;
  }
}
