package io.pairstream.ingest.batches;

import io.pairstream.service.http.EventStream;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's events on one batch: its numbers at first, then whenever they have changed, until
 * everything is decided. It is counted again every second.
 */
final class BatchEvents {

  private static final Logger LOG = LoggerFactory.getLogger(BatchEvents.class);

  private final BatchTallies tallies;
  private final EventStream stream;
  private Optional<BatchTally> sent = Optional.empty();
  private long number;

  private BatchEvents(BatchTallies tallies, EventStream stream) {
    this.tallies = tallies;
    this.stream = stream;
  }

  /** Sends the numbers and follows them. */
  static void begin(
      BatchTallies tallies, BatchTally first, EventStream stream, ScheduledExecutorService clock) {
    BatchEvents events = new BatchEvents(tallies, stream);
    events.tell(first);
    ScheduledFuture<?> counting =
        clock.scheduleWithFixedDelay(() -> events.count(first.batchId()), 1, 1, TimeUnit.SECONDS);
    stream.onEnd(() -> counting.cancel(false));
  }

  private void count(String batchId) {
    try {
      tallies.of(batchId).ifPresentOrElse(counted -> tell(counted.tally()), stream::end);
    } catch (RuntimeException e) {
      LOG.warn("batch {} cannot be counted: {}", batchId, e.getMessage());
      stream.end();
    }
  }

  private synchronized void tell(BatchTally tally) {
    if (!sent.equals(Optional.of(tally))) {
      sent = Optional.of(tally);
      number++;
      stream.send("batch", String.valueOf(number), tally);
    }
    if (tally.done()) {
      stream.end();
    }
  }
}
