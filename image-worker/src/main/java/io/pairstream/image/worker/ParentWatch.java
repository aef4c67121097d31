package io.pairstream.image.worker;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Platform;

/**
 * Ends this process soon after its parent's end.
 *
 * <p>The end of stdin says the same, but only to a main thread that is not inside a codec. That has
 * to do where there is no poll(2) of Linux.
 */
final class ParentWatch {

  /** Nobody can write into this pipe any more. */
  private static final int POLLHUP = 16;

  private ParentWatch() {}

  static void start() {
    if (Platform.isLinux()) {
      Thread thread = new Thread(ParentWatch::hear, "parent-watch");
      thread.setDaemon(true);
      thread.start();
    }
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
}
