package io.pairstream.answers.api;

import io.pairstream.answers.api.Reply.Later;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pace of the requests to an API: at even distances, and none while the API wants to be left alone.
 * A request is repeated while the API has trouble, more slowly each time. Thread-safe.
 */
class RequestPace {

  private static final Logger LOG = LoggerFactory.getLogger(RequestPace.class);

  /** Most requests for one answer. */
  static final int ATTEMPTS = 5;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  /** Longest pause that the API may ask for. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);

  private final String name;
  private final long betweenNanos;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private long nextNanos;
  private boolean begun;

  /** One request. */
  interface Call {
    Reply make() throws InterruptedException;
  }

  /**
   * @param name of the model, for the log
   * @param perMinute most requests that begin within a minute; at least 1
   */
  RequestPace(String name, int perMinute) {
    this.name = name;
    this.betweenNanos = Duration.ofMinutes(1).toNanos() / perMinute;
  }

  /**
   * Calls until there is an answer.
   *
   * @return {@link Later} after the last attempt only; empty once the pace is stopped
   * @throws ApiStoppedException where the API wants to be left alone for longer than half an hour,
   *     and where the call does
   */
  final Optional<Reply> make(Call call) throws InterruptedException {
    for (int attempt = 1; await(); attempt++) {
      Reply reply = call.make();
      if (!(reply instanceof Later later) || attempt == ATTEMPTS) {
        return Optional.of(reply);
      }
      leaveAlone(later, attempt);
    }
    return Optional.empty();
  }

  /**
   * Pauses all calls for the time that the API wants, or for a time that doubles with each attempt.
   */
  private void leaveAlone(Later later, int attempt) {
    Duration wait =
        later.pause().isZero() ? FIRST_BACKOFF.multipliedBy(1L << (attempt - 1)) : later.pause();
    if (wait.compareTo(LONGEST_PAUSE) > 0) {
      throw new ApiStoppedException(
          later.detail() + "; it asks to come back in " + wait.toMinutes() + " minutes", wait);
    }
    synchronized (this) {
      nextNanos = Math.max(nextNanos, nanoTime() + wait.toNanos());
    }
    LOG.info("{} waits for {} s: {}", name, wait.toSeconds(), later.detail());
  }

  /** Returns when a request may begin, and counts it; false once the pace is stopped. */
  private boolean await() throws InterruptedException {
    while (true) {
      long waitNanos;
      synchronized (this) {
        waitNanos = begun ? nextNanos - nanoTime() : 0;
        if (waitNanos <= 0) {
          begun = true;
          nextNanos = nanoTime() + betweenNanos;
          return stopped.getCount() > 0;
        }
      }
      // A turn is taken after the wait and not before, so that a pause holds those who wait, too.
      if (!sleep(Duration.ofNanos(waitNanos))) {
        return false;
      }
    }
  }

  /** Ends every wait, now and later. */
  final void stop() {
    stopped.countDown();
  }

  /** Now, in nanoseconds from any moment. */
  protected long nanoTime() {
    return System.nanoTime();
  }

  /** Waits, and says whether there is a reason to continue. */
  protected boolean sleep(Duration time) throws InterruptedException {
    return !stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }
}
