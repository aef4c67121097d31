package io.pairstream.image.worker;

import com.sun.jna.Function;
import com.sun.jna.Platform;

/**
 * Lets the pipe to this process hold a whole image, so that neither side has to wait for the other
 * in the middle of one: 64 KiB, what a pipe holds by itself, cost two more switches of process.
 */
final class WidePipe {

  /** Linux, fcntl(2). */
  private static final int F_SETPIPE_SZ = 1031;

  /** What the system grants without privileges; fewer than 1% of images are larger. */
  private static final int BYTES = 1 << 20;

  private static final int STDIN = 0;

  private WidePipe() {}

  /** Widens stdin, if this is Linux, stdin a pipe and the user's limit not reached. */
  static void widenStdin() {
    if (Platform.isLinux()) {
      // A refusal is no fault: the pipe stays as it is.
      Function.getFunction("c", "fcntl").invokeInt(new Object[] {STDIN, F_SETPIPE_SZ, BYTES});
    }
  }
}
