package io.pairstream.chaos.cluster;

import java.util.List;

/** Steps that are all taken, whatever becomes of those before. */
final class CleanUp {

  private CleanUp() {}

  /**
   * Takes them in order, each as if this thread were not interrupted; it is again afterwards. The
   * first problem is thrown at the end, with the others suppressed.
   */
  static void take(List<Runnable> steps) {
    boolean interrupted = false;
    Throwable problem = null;
    for (Runnable step : steps) {
      interrupted |= Thread.interrupted();
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        if (problem == null) {
          problem = e;
        } else if (problem != e) {
          problem.addSuppressed(e);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (problem instanceof Error error) {
      throw error;
    }
    if (problem instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
