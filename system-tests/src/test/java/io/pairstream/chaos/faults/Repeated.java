package io.pairstream.chaos.faults;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Something that is done again and again, by a thread of its own, until this is closed. */
final class Repeated implements AutoCloseable {

  private static final Duration ENDED_WITHIN = Duration.ofMinutes(5);

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile Optional<Throwable> failure = Optional.empty();

  private Repeated(String name, Supplier<Duration> pauses, Runnable each) {
    thread =
        new Thread(
            () -> {
              try {
                while (!ended.await(pauses.get().toMillis(), TimeUnit.MILLISECONDS)) {
                  each.run();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException | Error e) {
                failure = Optional.of(e);
              }
            },
            name);
    thread.setDaemon(true);
  }

  /** Begins, with a pause. */
  static Repeated start(String name, Supplier<Duration> pauses, Runnable each) {
    Repeated repeated = new Repeated(name, pauses, each);
    repeated.thread.start();
    return repeated;
  }

  /**
   * Returns once it is done for the last time.
   *
   * @throws AssertionError where it failed
   */
  @Override
  public void close() {
    ended.countDown();
    try {
      thread.join(ENDED_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    failure.ifPresent(
        thrown -> {
          throw new AssertionError(thread.getName() + " failed", thrown);
        });
  }
}
