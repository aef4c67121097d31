package io.pairstream.ingest.batches;

import io.pairstream.service.http.EventStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's events on one batch: its numbers at first, then whenever they have changed, until
 * everything is decided. It is counted again about every second, and less often where that costs
 * much.
 */
final class BatchEvents {

  private static final Logger LOG = LoggerFactory.getLogger(BatchEvents.class);

  private static final String EVENT = "batch";
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final BatchTallies tallies;
  private final String batchId;
  private final EventStream stream;
  private final ScheduledExecutorService scheduler;
  private Optional<BatchTally> sent = Optional.empty();
  private Optional<Future<?>> next = Optional.empty();
  private long number;
  private boolean isEnded;

  BatchEvents(
      BatchTallies tallies,
      String batchId,
      EventStream stream,
      ScheduledExecutorService scheduler) {
    this.tallies = tallies;
    this.batchId = batchId;
    this.stream = stream;
    this.scheduler = scheduler;
  }

  /** Sends the numbers and follows them. */
  void begin(BatchTallies.Counted first) {
    stream.onEnd(this::end);
    tell(first);
  }

  private void again() {
    try {
      tallies.of(batchId).ifPresentOrElse(this::tell, stream::end);
    } catch (RuntimeException e) {
      LOG.warn("batch {} cannot be counted: {}", batchId, e.getMessage());
      stream.end();
    }
  }

  private synchronized void tell(BatchTallies.Counted counted) {
    if (isEnded) {
      return;
    }
    BatchTally tally = counted.tally();
    if (!sent.equals(Optional.of(tally))) {
      sent = Optional.of(tally);
      number++;
      if (!stream.send(EVENT, String.valueOf(number), tally.json())) {
        end();
        return;
      }
    }
    if (tally.isDone()) {
      stream.end();
      end();
      return;
    }
    Duration pause = counted.standsFor().compareTo(PAUSE) > 0 ? counted.standsFor() : PAUSE;
    try {
      next = Optional.of(scheduler.schedule(this::again, pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      stream.end();
      end();
    }
  }

  private synchronized void end() {
    isEnded = true;
    next.ifPresent(task -> task.cancel(false));
  }
}
