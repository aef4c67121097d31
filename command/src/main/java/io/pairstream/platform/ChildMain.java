package io.pairstream.platform;

import io.pairstream.schemas.Threads;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * The first code in every child process: ties the child's life to its parent's, then runs the real
 * program.
 *
 * <p>The parent holds the other end of standard input. When that closes, because the parent ended
 * in whatever way, the child exits in order, and is cut off after {@value #GRACE_MILLIS} ms.
 *
 * <p>Arguments: a main class, then the program's own arguments. It needs nothing but the Java
 * platform, so that it can stand on any class path.
 */
public final class ChildMain {

  /** How long an orderly exit may take after the parent is gone. */
  static final long GRACE_MILLIS = 3_000;

  /**
   * System property with the grace, in milliseconds, of a child whose exit must come to its end.
   */
  static final String GRACE_PROPERTY = "pairstream.exit.grace.millis";

  private ChildMain() {}

  public static void main(String[] arguments) throws Throwable {
    Thread watch = Threads.daemon("parent-watch", ChildMain::exitWithParent);
    watch.start();

    String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    try {
      Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void exitWithParent() {
    try {
      while (System.in.read() >= 0) {
        // The parent has nothing to say; only the end counts.
      }
    } catch (IOException e) {
      // A broken pipe is an end, too.
    }
    Thread exit = Threads.daemon("exit-with-parent", () -> System.exit(0));
    exit.start();
    try {
      exit.join(Long.getLong(GRACE_PROPERTY, GRACE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }
}
