package io.pairstream.platform;

import io.pairstream.schemas.Threads;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A child process that is kept running: given up when it ends before it has ever answered, and
 * started again, ever more slowly, when it ends unasked later. Its output is in a log file, what it
 * wrote before that in the same with {@code .1} at its end.
 *
 * <p>One thread of its own starts it, waits until it answers, and waits for its end. Thread-safe.
 */
final class SupervisedChild {

  /** Starts the process once more. */
  @FunctionalInterface
  interface Launch {
    Process start() throws IOException;
  }

  /**
   * Hears what becomes of the process.
   *
   * @param told in a sentence
   * @param ready it answers, once more perhaps
   * @param gaveUp it is left alone from now on; the reason quotes the end of its log
   */
  record Listener(Consumer<String> told, Runnable ready, Consumer<String> gaveUp) {}

  /** The pause after a first death; each further one is twice as long, up to so many times it. */
  static final long USUAL_PAUSE_MILLIS = 500;

  private static final int LONGEST_PAUSE = 20;

  /** A process that ran for longer is started again after the first pause. */
  private static final Duration LONG_LIFE = Duration.ofMinutes(1);

  /** How often a process that runs is asked whether it answers. */
  private static final long PROBE_MILLIS = 50;

  /** A log longer than this is put aside before the process is started again. */
  private static final long LARGE_LOG_BYTES = 1 << 20;

  /** How much of the log's end is looked at and shown when a process fails. */
  private static final int END_BYTES = 8 << 10;

  private static final int END_LINES = 15;

  /** Starts without an answer after which a process that has never answered is given up. */
  private static final int MOST_STARTS = 5;

  /** How a command of ours ends that does not take its settings: a further start is in vain. */
  private static final int WRONG_USAGE = 2;

  private final String name;
  private final Launch launch;
  private final Readiness readiness;
  private final Path log;
  private final long firstPauseMillis;
  private final Listener listener;
  private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final Thread thread;

  /** The running process, or null; guarded by this. */
  private Process process;

  /**
   * @param log the process's output is appended to it
   * @param firstPauseMillis after a first death
   */
  SupervisedChild(
      String name,
      Launch launch,
      Readiness readiness,
      Path log,
      long firstPauseMillis,
      Listener listener) {
    this.name = name;
    this.launch = launch;
    this.readiness = readiness;
    this.log = log;
    this.firstPauseMillis = firstPauseMillis;
    this.listener = listener;
    thread = Threads.daemon("supervise-" + name, this::supervise);
  }

  /** Whether the process has answered at least once. */
  boolean hasAnswered() {
    return firstReady.isDone() && !firstReady.isCompletedExceptionally();
  }

  /** Starts the process for the first time, with a new log. */
  void start() throws IOException {
    Files.createDirectories(log.getParent());
    putLogAsideAbove(0);
    thread.start();
  }

  /** Which process this is now, or nothing while there is none. */
  synchronized Optional<PlatformFile.Child> identity() {
    return Optional.ofNullable(process)
        .filter(Process::isAlive)
        .map(running -> PlatformFile.Child.of(name, running.toHandle()));
  }

  /**
   * Returns once the process has answered for the first time.
   *
   * @throws PlatformException where it was given up, stopped, or took longer than {@code timeout}
   */
  void awaitReady(Duration timeout) throws InterruptedException {
    try {
      firstReady.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new PlatformException(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new PlatformException(
          name + " did not answer within " + timeout.toSeconds() + " s\n" + endOfLog(), e);
    }
  }

  /**
   * Asks the process to end, and cuts it off after {@code grace}. A second call waits for the
   * first.
   */
  void stop(Duration grace) throws InterruptedException {
    Process running;
    synchronized (this) {
      stopRequested.countDown();
      running = process;
    }
    if (running != null) {
      // Process.destroy would also close the pipe, and with it shorten the child's orderly exit.
      running.toHandle().destroy();
      if (!running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        running.destroyForcibly().waitFor();
      }
    }
    thread.join();
    firstReady.completeExceptionally(new PlatformException(name + " was stopped"));
  }

  private void supervise() {
    long pauseMillis = firstPauseMillis;
    int starts = 0;
    try {
      while (true) {
        long begun = System.nanoTime();
        Process started = startUnlessStopped();
        if (started == null) {
          return;
        }
        boolean answered = awaitAnswer(started);
        if (answered) {
          // Whoever waits for the first answer goes on after the listener was told.
          listener.ready().run();
          listener
              .told()
              .accept(
                  String.format(
                      Locale.ROOT, "%s ready after %.1f s", name, since(begun).toMillis() / 1e3));
          firstReady.complete(null);
        }
        int exitStatus = started.waitFor();
        if (isStopping()) {
          listener.told().accept(name + " stopped");
          return;
        }
        if (answered && since(begun).compareTo(LONG_LIFE) > 0) {
          pauseMillis = firstPauseMillis;
        }
        starts++;
        if (!firstReady.isDone() && (exitStatus == WRONG_USAGE || starts == MOST_STARTS)) {
          giveUp(
              "%s ended with status %d before it answered, at start %d"
                  .formatted(name, exitStatus, starts));
          return;
        }
        listener
            .told()
            .accept(
                "%s ended with status %d, starts again in %d ms"
                    .formatted(name, exitStatus, pauseMillis));
        if (stopRequested.await(pauseMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE * firstPauseMillis);
        putLogAsideAbove(LARGE_LOG_BYTES);
      }
    } catch (IOException | PlatformException e) {
      giveUp(name + " cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Process startUnlessStopped() throws IOException {
    if (isStopping()) {
      return null;
    }
    process = launch.start();
    return process;
  }

  private boolean awaitAnswer(Process started) throws InterruptedException {
    while (started.isAlive()) {
      try {
        if (readiness.isReady()) {
          return true;
        }
      } catch (IOException e) {
        // Not yet: nothing listens there, or it does not answer properly.
      }
      if (started.waitFor(PROBE_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private void giveUp(String what) {
    String reason = what + "\n" + endOfLog();
    firstReady.completeExceptionally(new PlatformException(reason));
    listener.told().accept(reason);
    listener.gaveUp().accept(reason);
  }

  private boolean isStopping() {
    return stopRequested.getCount() == 0;
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  private void putLogAsideAbove(long bytes) throws IOException {
    if (Files.exists(log) && Files.size(log) > bytes) {
      Files.move(
          log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The log's last lines, with its name above them. */
  private String endOfLog() {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(END_BYTES, file.length())];
      file.seek(file.length() - end.length);
      file.readFully(end);
      List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
      List<String> last = lines.subList(Math.max(0, lines.size() - END_LINES), lines.size());
      return "the end of " + log + ":\n  " + String.join("\n  ", last);
    } catch (IOException e) {
      return "there is no " + log;
    }
  }
}
