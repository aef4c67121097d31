package io.pairstream.image.worker;

import java.util.Optional;

/**
 * Ends this process soon after its parent's end.
 *
 * <p>The end of stdin says the same, but only to a main thread that is not inside a codec.
 */
final class ParentWatch {

  private static final long POLL_MILLIS = 500;

  private ParentWatch() {}

  static void start(long parentPid) {
    Optional<ProcessHandle> parent = ProcessHandle.of(parentPid);
    Thread thread = new Thread(() -> watch(parent), "parent-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private static void watch(Optional<ProcessHandle> parent) {
    try {
      while (parent.isPresent() && parent.get().isAlive()) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts this thread; without it, no watch
    }
    Runtime.getRuntime().halt(0);
  }
}
