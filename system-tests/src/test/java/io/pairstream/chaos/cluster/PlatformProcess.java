package io.pairstream.chaos.cluster;

import io.pairstream.platform.Readiness;
import io.pairstream.system.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One process of the platform, started again under the same name, on the same ports and
 * directories.
 *
 * <p>It ends with the harness, in whatever way that ends. Thread-safe.
 */
public final class PlatformProcess {

  private static final Duration UNTIL_GONE = Duration.ofMinutes(2);

  private final String name;
  private final ProcessCommand command;
  private final Readiness readiness;
  private final Path log;
  private Process running;
  private boolean endedByUs;

  PlatformProcess(String name, ProcessCommand command, Readiness readiness, Path log) {
    this.name = name;
    this.command = command;
    this.readiness = readiness;
    this.log = log;
  }

  /** What the harness calls it, such as {@code broker-1}. */
  public String name() {
    return name;
  }

  /** The file to which all its output is appended, of each start after the other. */
  public Path log() {
    return log;
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
      Files.createDirectories(log.getParent());
      running = command.start(name, log);
      endedByUs = false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  /** Starts it where it does not run; answers whether that was needed. */
  public synchronized boolean ensureRunning() {
    if (isRunning()) {
      return false;
    }
    start();
    return true;
  }

  /**
   * Returns once it answers.
   *
   * @throws AssertionError with the end of its log where it does not within the limit, or ends
   */
  public void awaitReady(Duration limit) {
    Await.until(
        name + " answers or has ended", limit, () -> !isRunning() || isReady(), this::logEnd);
    if (!isRunning()) {
      throw new AssertionError(name + " has ended: " + logEnd());
    }
  }

  /** Whether it runs and answers now. */
  public boolean isReady() {
    try {
      return isRunning() && readiness.isReady();
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
      boolean unused = SystemCommand.awaitEnd(running, UNTIL_GONE);
    }
  }

  /** The same without waiting until it is gone. */
  synchronized void killWithoutWaiting() {
    if (isRunning()) {
      endedByUs = true;
      running.destroyForcibly();
    }
  }

  /**
   * Asks it to end (SIGTERM), and ends it (SIGKILL) where it still runs after the grace. Answers
   * whether it ended within the grace, or did not run.
   */
  public synchronized boolean stop(Duration grace) {
    if (!isRunning()) {
      return true;
    }
    endedByUs = true;
    running.destroy();
    boolean ended = awaitGone(grace);
    if (!ended) {
      kill();
    }
    return ended;
  }

  /** Holds it where it is (SIGSTOP); its children go on. */
  public void freeze() {
    Signals.send("STOP", pid());
  }

  /** Lets it go on (SIGCONT). Harmless where it is not held, or is gone. */
  public void thaw() {
    if (isRunning()) {
      Signals.thaw(pid());
    }
  }

  /**
   * Whether it was started, does not run, and was neither killed nor stopped by this object while
   * it ran.
   */
  public synchronized boolean endedByItself() {
    return running != null && !running.isAlive() && !endedByUs;
  }

  public synchronized boolean isRunning() {
    return running != null && running.isAlive();
  }

  /**
   * Its process id.
   *
   * @throws IllegalStateException where it does not run
   */
  public synchronized long pid() {
    if (!isRunning()) {
      throw new IllegalStateException(name + " does not run");
    }
    return running.pid();
  }

  /** The memory that it holds in RAM, without its children, in bytes; 0 where it does not run. */
  public long residentBytes() {
    return isRunning() ? Signals.residentBytes(pid()) : 0;
  }

  /** The processes that it has started and that run, such as image workers. */
  public List<ProcessHandle> children() {
    return isRunning()
        ? ProcessHandle.of(pid()).stream().flatMap(ProcessHandle::children).toList()
        : List.of();
  }

  /** The last lines of its log. */
  public String logEnd() {
    try {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      return log
          + ":\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return log + " cannot be read: " + e;
    }
  }

  @Override
  public String toString() {
    return name;
  }

  private boolean awaitGone(Duration limit) {
    try {
      return running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + name + " ended", e);
    }
  }
}
