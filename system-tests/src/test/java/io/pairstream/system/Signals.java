package io.pairstream.system;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals that Java cannot send to a process. */
public final class Signals {

  private Signals() {}

  /**
   * Sends a signal; waits for no process to heed it.
   *
   * @param name without SIG, such as {@code STOP}
   * @throws AssertionError where a process does not run, or is not ours
   */
  public static void send(String name, long pid) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
      // Unlike Process.waitFor, this is not interrupted.
      if (kill.onExit().join().exitValue() != 0) {
        throw new AssertionError("SIG" + name + " cannot be sent to " + pid);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
