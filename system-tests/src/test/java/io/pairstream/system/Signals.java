package io.pairstream.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

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
    if (!sendToAny(name, List.of(pid))) {
      throw new AssertionError("SIG" + name + " cannot be sent to " + pid);
    }
  }

  /** Sends a signal to the processes that still run; answers whether all did. */
  static boolean sendToAny(String name, List<Long> pids) {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    pids.forEach(pid -> command.add(String.valueOf(pid)));
    try {
      // Unlike Process.waitFor, this is not interrupted.
      return new ProcessBuilder(command).start().onExit().join().exitValue() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
