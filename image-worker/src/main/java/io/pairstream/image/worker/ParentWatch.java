package io.pairstream.image.worker;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Platform;
import java.util.Optional;

/**
 * Ends this process soon after its parent's end.
 *
 * <p>The end of stdin says the same, but only to a main thread that is not inside a codec.
 */
final class ParentWatch {

  private static final long POLL_MILLIS = 500;

  /** Of poll(2): nobody can write into this pipe any more. */
  private static final int POLLHUP = 16;

  private ParentWatch() {}

  static void start(long parentPid) {
    Optional<ProcessHandle> parent = ProcessHandle.of(parentPid);
    Thread thread =
        new Thread(Platform.isLinux() ? ParentWatch::hear : () -> watch(parent), "parent-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits for the end of stdin without reading it; a parent may be out of sight. */
  private static void hear() {
    Memory stdin = new Memory(8);
    stdin.clear();
    Function poll = Function.getFunction("c", "poll");
    do {
      poll.invokeInt(new Object[] {stdin, 1L, -1});
    } while ((stdin.getShort(6) & POLLHUP) == 0);
    Runtime.getRuntime().halt(0);
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
