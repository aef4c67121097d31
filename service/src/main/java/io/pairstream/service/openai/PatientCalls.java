package io.pairstream.service.openai;

import io.pairstream.service.openai.Reply.Later;
import java.time.Duration;
import java.util.Optional;

/**
 * Repeats a call while the API has trouble, more slowly each time. No call is made while the API
 * asks for a pause. Thread-safe.
 */
public final class PatientCalls {

  /** Most calls of one question. */
  public static final int ATTEMPTS = 5;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  /** Longest pause that the API may ask for. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);

  private final RequestPace pace;
  private final Listener listener;

  /** Hears that calls wait. Called by several threads. */
  public interface Listener {

    /** Every call waits, because the API wants to be left alone. */
    void waiting(long seconds, String why);
  }

  /** One call. */
  public interface Call<T> {
    Reply<T> make() throws InterruptedException;
  }

  public PatientCalls(RequestPace pace, Listener listener) {
    this.pace = pace;
    this.listener = listener;
  }

  /**
   * Calls until there is an answer.
   *
   * @return {@link Later} after the last attempt only; empty once the pace is stopped
   * @throws ApiStoppedException where the API wants to be left alone for longer than half an hour,
   *     and where the call does
   */
  public <T> Optional<Reply<T>> make(Call<T> call) throws InterruptedException {
    for (int attempt = 1; pace.await(); attempt++) {
      Reply<T> reply = call.make();
      if (!(reply instanceof Later<T> later) || attempt == ATTEMPTS) {
        return Optional.of(reply);
      }
      leaveAlone(later, attempt);
    }
    return Optional.empty();
  }

  /**
   * Pauses all calls for the time that the API wants, or for a time that doubles with each attempt.
   */
  private void leaveAlone(Later<?> later, int attempt) {
    Duration wait =
        later.pause().isZero() ? FIRST_BACKOFF.multipliedBy(1L << (attempt - 1)) : later.pause();
    if (wait.compareTo(LONGEST_PAUSE) > 0) {
      throw new ApiStoppedException(
          later.detail() + "; it asks to come back in " + wait.toMinutes() + " minutes", wait);
    }
    pace.pause(wait);
    listener.waiting(wait.toSeconds(), later.detail());
  }
}
