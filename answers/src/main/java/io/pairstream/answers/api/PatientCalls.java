package io.pairstream.answers.api;

import io.pairstream.answers.api.Reply.Later;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a call while the API has trouble, more slowly each time. No call is made while the API
 * asks for a pause. Thread-safe.
 */
final class PatientCalls {

  private static final Logger LOG = LoggerFactory.getLogger(PatientCalls.class);

  /** Most calls of one question. */
  static final int ATTEMPTS = 5;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  /** Longest pause that the API may ask for. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);

  private final String name;
  private final RequestPace pace;

  /** One call. */
  interface Call {
    Reply make() throws InterruptedException;
  }

  /**
   * @param name of the model, for the log
   */
  PatientCalls(String name, RequestPace pace) {
    this.name = name;
    this.pace = pace;
  }

  /**
   * Calls until there is an answer.
   *
   * @return {@link Later} after the last attempt only; empty once the pace is stopped
   * @throws ApiStoppedException where the API wants to be left alone for longer than half an hour,
   *     and where the call does
   */
  Optional<Reply> make(Call call) throws InterruptedException {
    for (int attempt = 1; pace.await(); attempt++) {
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
    pace.pause(wait);
    LOG.info("{} waits for {} s: {}", name, wait.toSeconds(), later.detail());
  }
}
