package io.pairstream.cli.data;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets work end well where a signal asks this process to end: the process waits for it, but not for
 * a broker that is away.
 */
final class EndsWell implements AutoCloseable {

  private static final long LONGEST_SECONDS = 20;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Waits for signals.
   *
   * @param stop has the work end soon; false where there is nothing to wait for
   * @param late says that it did not
   */
  EndsWell(BooleanSupplier stop, Runnable late) {
    hook =
        new Thread(
            () -> {
              try {
                if (stop.getAsBoolean() && !ended.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                  late.run();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "end-import");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending.
    }
  }
}
