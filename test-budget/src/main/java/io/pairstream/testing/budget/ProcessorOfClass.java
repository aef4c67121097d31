package io.pairstream.testing.budget;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Writes into {@code target/processor/CLASS} how many seconds of processor a test class took: of
 * this process, and of those that it started and waited for, in user and system mode.
 *
 * <p>A fork of the test runner runs one class at a time, so what it takes meanwhile is the class's.
 * What it takes before its first is in {@code fork-PID}. Where there is no {@code /proc}, nothing
 * is written.
 *
 * <p>Says of a class that is skipped as a whole why it is, which the test runner does not.
 */
public final class ProcessorOfClass implements TestExecutionListener {

  private static final Path USED = Path.of("/proc/self/stat");
  private static final Path FOLDER = Path.of("target", "processor");

  /** Linux counts processor time for programs in hundredths of a second: {@code USER_HZ}. */
  private static final double TICKS_A_SECOND = 100;

  private static boolean isWarm;
  private String underWay = "";
  private long before;

  @Override
  public void executionStarted(TestIdentifier test) {
    if (isClass(test) && Files.isReadable(USED) && !underWay.equals(name(test))) {
      underWay = name(test); // a class with parameters has each round of it within itself
      before = usedTicks();
      if (!isWarm) {
        isWarm = true;
        write("fork-" + ProcessHandle.current().pid(), before);
      }
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (isClass(test) && result.getStatus() == TestExecutionResult.Status.ABORTED) {
      String why = result.getThrowable().map(Throwable::getMessage).orElse("no reason is given");
      System.out.println("skipped as a whole: " + name(test) + ": " + why);
    }
    if (isClass(test) && Files.isReadable(USED)) {
      write(name(test), usedTicks() - before);
    }
  }

  private static String name(TestIdentifier test) {
    return ((ClassSource) test.getSource().orElseThrow()).getClassName();
  }

  /** Whether this is a class of a file of its own; one within another counts with that. */
  private static boolean isClass(TestIdentifier test) {
    return test.getSource()
        .filter(source -> source instanceof ClassSource of && !of.getClassName().contains("$"))
        .isPresent();
  }

  /** The fields behind the program's name, of which the 12th to the 15th are times: proc(5). */
  private static long usedTicks() {
    try {
      String line = Files.readString(USED);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
      long sum = 0;
      for (int each = 11; each < 15; each++) {
        sum += Long.parseLong(fields[each]);
      }
      return sum;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(String name, long ticks) {
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(
          FOLDER.resolve(name), String.format(Locale.ROOT, "%.2f%n", ticks / TICKS_A_SECOND));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
