package io.pairstream.terminal;

import java.io.IOException;

/** Whether a person looks at what is printed. */
public final class Terminal {

  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  private Terminal() {}

  public static boolean isStdout() {
    return isTerminal(STDOUT);
  }

  public static boolean isStderr() {
    return isTerminal(STDERR);
  }

  /** Asks the shell, because Java 17 knows of all standard streams together alone. */
  private static boolean isTerminal(int descriptor) {
    try {
      return new ProcessBuilder("sh", "-c", "test -t " + descriptor).inheritIO().start().waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
