package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.schemas.wire.OneLine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a step's unexpected exception into a rejection of the one record, up to a rate.
 *
 * <p>One odd record must not stop the stream; a bad release must not drain a topic into quarantine.
 * So the exception passes through once there have been more than {@link #MOST_PER_MINUTE} within a
 * minute, in all tasks of the process together.
 *
 * <p>Where no image worker can work at all, the record is not to blame: the thread gives up its
 * transaction and its tasks, joins again from the last commit, and the consumer holds the records
 * until a worker is back. Giving up one task alone would not do: all tasks of a thread share a
 * transaction, and what this one has already sent would be committed with the others' offsets.
 * Thread-safe.
 */
final class CrashGuard<I, O> implements Step<I, O> {

  static final int MOST_PER_MINUTE = 20;

  private static final Logger LOG = LoggerFactory.getLogger(CrashGuard.class);

  private final Step<I, O> step;
  private final Deque<Long> crashesNanos = new ArrayDeque<>();

  CrashGuard(Step<I, O> step) {
    this.step = step;
  }

  @Override
  public Outcome<O> apply(I input) {
    try {
      return step.apply(input);
    } catch (ImageWorkerUnavailableException e) {
      LOG.warn("no image worker is available, the work pauses: {}", e.getMessage());
      throw new TaskMigratedException("no image worker is available", e);
    } catch (RuntimeException | StackOverflowError e) {
      if (crashesWithinAMinute() > MOST_PER_MINUTE) {
        throw new IllegalStateException(
            "more than " + MOST_PER_MINUTE + " records crashed a step within a minute", e);
      }
      LOG.error("a step crashed on a record, which goes to quarantine", e);
      return Outcome.rejected(
          RejectReason.STEP_CRASHED, "a step of ours failed: " + OneLine.of(e.toString()));
    }
  }

  /** Notes a crash, and counts those of the last minute, this one included. */
  private synchronized int crashesWithinAMinute() {
    long now = System.nanoTime();
    crashesNanos.addLast(now);
    while (now - crashesNanos.peekFirst() > Duration.ofMinutes(1).toNanos()) {
      crashesNanos.removeFirst();
    }
    return crashesNanos.size();
  }
}
