package io.pairstream.chaos.cluster;

import io.pairstream.platform.Readiness;
import io.pairstream.system.Signals;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One process of the platform, started again under the same name, on the same ports and
 * directories.
 *
 * <p>It ends with the harness, whose end of its standard input then closes. Thread-safe.
 */
public final class PlatformProcess {

  private static final Duration GONE_WITHIN = Duration.ofMinutes(2);
  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH");

  private final String name;
  private final List<String> command;
  private final Path directory;
  private final Readiness readiness;
  private final Path log;
  private Path build;
  private Process running;
  private boolean endedByUs;

  /**
   * @param command the Java machine or Python and its arguments, but for the class path
   * @param build holds the jars that it runs; beside them is its Python
   * @param directory that it works in; made where missing
   * @param log gets all its output, of each start after the other
   */
  PlatformProcess(
      String name,
      List<String> command,
      Path build,
      Path directory,
      Readiness readiness,
      Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.build = build;
    this.directory = directory;
    this.readiness = readiness;
    this.log = log;
  }

  /**
   * Starts it, without waiting until it answers.
   *
   * @throws IllegalStateException where it runs
   */
  public synchronized void start() {
    if (isRunning()) {
      throw new IllegalStateException(name + " runs already");
    }
    try {
      Files.createDirectories(directory);
      Files.createDirectories(log.getParent());
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().keySet().retainAll(ENVIRONMENT);
      builder.environment().put("CLASSPATH", build + "/*");
      builder.environment().put("PYTHONPATH", NextBuild.pythonOf(build).toString());
      running = builder.start();
      endedByUs = false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  /**
   * Returns once it answers.
   *
   * @throws AssertionError with the end of its log where it does not in time, or ends
   */
  public void awaitReady() {
    Await.until(name + " answers or has ended", () -> !isRunning() || isReady(), this::logEnd);
    if (!isRunning()) {
      throw new AssertionError(name + " has ended: " + logEnd());
    }
  }

  private boolean isReady() {
    try {
      return isRunning() && readiness.waitsFor().isEmpty();
    } catch (IOException | RuntimeException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Ends it at once (SIGKILL), frozen or not, and returns when it is gone, even where this thread
   * is interrupted. Harmless if it is gone.
   */
  public synchronized void kill() {
    killWithoutWaiting();
    if (running != null) {
      // Unlike Process.waitFor, this is not interrupted.
      var unused = running.onExit().orTimeout(GONE_WITHIN.toMillis(), TimeUnit.MILLISECONDS).join();
    }
  }

  /** Waits until it has ended by itself, with status 0. */
  void awaitEnd() {
    Process process;
    synchronized (this) {
      process = running;
    }
    Await.until(name + " has ended", () -> !process.isAlive(), this::logEnd);
    if (process.exitValue() != 0) {
      throw new AssertionError(name + " ended with " + process.exitValue() + ": " + logEnd());
    }
  }

  /** Ends the process in order (SIGTERM), then runs it from the jars of another build. */
  public void replaceBy(Path otherBuild) {
    synchronized (this) {
      ProcessHandle old = running();
      endedByUs = true;
      old.destroy();
      var unused = old.onExit().orTimeout(GONE_WITHIN.toMillis(), TimeUnit.MILLISECONDS).join();
      startFrom(otherBuild);
    }
    awaitReady();
  }

  /** Starts it from the jars of another build, without waiting until it answers. */
  synchronized void startFrom(Path otherBuild) {
    build = otherBuild;
    start();
  }

  /** Kills the process without waiting until it is gone. */
  synchronized void killWithoutWaiting() {
    if (isRunning()) {
      endedByUs = true;
      running.destroyForcibly();
    }
  }

  /** Holds it where it is (SIGSTOP); its children go on. */
  public void freeze() {
    Signals.send("STOP", running().pid());
  }

  /** Writes a line to its standard input. */
  synchronized void say(String line) {
    try {
      running.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      running.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(logEnd(), e);
    }
  }

  /** Lets one of its children crash, such as an image worker (SIGSEGV). */
  public void crashChild() {
    Await.until(
        name + " has a child", () -> running().children().findAny().isPresent(), this::logEnd);
    ProcessHandle child = running().children().findAny().orElseThrow();
    Signals.send("SEGV", child.pid());
    var unused = child.onExit().orTimeout(GONE_WITHIN.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Lets it go on where it is frozen, starts it where it has ended, and waits until it answers. */
  public void bringBack() {
    resume();
    awaitReady();
  }

  private synchronized void resume() {
    if (isRunning()) {
      Signals.send("CONT", running().pid());
    } else {
      start();
    }
  }

  /** Whether it was started, does not run, and was not killed by this object while it ran. */
  public synchronized boolean endedByItself() {
    return running != null && !running.isAlive() && !endedByUs;
  }

  public synchronized boolean isRunning() {
    return running != null && running.isAlive();
  }

  /** As the system has it. */
  synchronized ProcessHandle running() {
    if (!isRunning()) {
      throw new IllegalStateException(name + " does not run");
    }
    return running.toHandle();
  }

  /** The last lines of its log. */
  String logEnd() {
    try {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      return log
          + ":\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return log + " cannot be read: " + e;
    }
  }

  /** Name in the harness, such as {@code broker-1}. */
  @Override
  public String toString() {
    return name;
  }
}
