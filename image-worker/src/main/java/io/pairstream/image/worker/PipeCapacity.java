package io.pairstream.image.worker;

import com.sun.jna.Function;
import com.sun.jna.Platform;

/** How much a pipe holds before its writer has to wait for the reader. */
final class PipeCapacity {

  /** Linux, fcntl(2). */
  private static final int F_GETPIPE_SZ = 1032;

  private static final int STDOUT = 1;

  private PipeCapacity() {}

  /**
   * Bytes that stdout holds: 65536 as a rule, less where a user has many pipes; 0 where nobody
   * knows.
   */
  static int ofStdout() {
    if (!Platform.isLinux()) {
      return 0;
    }
    return Math.max(
        0, Function.getFunction("c", "fcntl").invokeInt(new Object[] {STDOUT, F_GETPIPE_SZ}));
  }
}
