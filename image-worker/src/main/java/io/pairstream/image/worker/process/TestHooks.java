package io.pairstream.image.worker.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/**
 * Faults on demand, for tests of programs that run workers: an image whose bytes end in {@code
 * PAIRSTREAM-TEST:halt}, {@code :segv}, {@code :spin} or {@code :grow} makes the worker do that.
 *
 * <p>Off unless the worker is started with {@code -Dpairstream.worker.test-hooks=true}.
 */
record TestHooks(boolean enabled) {

  private static final String PREFIX = "PAIRSTREAM-TEST:";
  private static final int FAULT_LENGTH = 4;
  private static final long GROWTH_BYTES = 64L << 20;

  static TestHooks fromProperties() {
    return new TestHooks(Boolean.getBoolean("pairstream.worker.test-hooks"));
  }

  void before(byte[] image) {
    if (!enabled) {
      return;
    }
    int length = PREFIX.length() + FAULT_LENGTH;
    String end =
        new String(
            Arrays.copyOfRange(image, Math.max(0, image.length - length), image.length),
            StandardCharsets.ISO_8859_1);
    switch (end) {
      case PREFIX + "halt" -> Runtime.getRuntime().halt(7);
      case PREFIX + "segv" -> com.sun.jna.Pointer.createConstant(8).setByte(0, (byte) 0);
      case PREFIX + "spin" -> spin();
      case PREFIX + "grow" -> grow();
      default -> {}
    }
  }

  private static void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** Takes address space, never given back, until there is no more. */
  private static void grow() {
    while (true) {
      Pointer taken = Pointer.malloc(GROWTH_BYTES);
      if (taken == null || taken.isNull()) {
        throw new OutOfMemoryError("native memory");
      }
    }
  }
}
