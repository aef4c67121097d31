package io.pairstream.terminal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Whether a person looks at what is printed. */
public final class Terminal {

  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int USUAL_ROWS = 24;

  private Terminal() {}

  public static boolean isStdout() {
    return isTerminal(STDOUT);
  }

  public static boolean isStderr() {
    return isTerminal(STDERR);
  }

  /** How many rows the terminal has now; 24 where nobody says. */
  public static int rows() {
    try {
      Process size =
          new ProcessBuilder("sh", "-c", "stty size < /dev/tty")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(size.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      int unused = size.waitFor();
      int rows = Integer.parseInt(text.strip().replaceFirst(" .*", ""));
      return rows > 0 ? rows : USUAL_ROWS;
    } catch (IOException | NumberFormatException e) {
      return USUAL_ROWS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL_ROWS;
    }
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
