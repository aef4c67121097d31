package io.pairstream.platform;

import io.pairstream.schemas.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A child process that is kept running: started again, ever more slowly, when it ends unasked, and
 * given up when it keeps dying without ever having answered.
 *
 * <p>One thread of its own starts it, waits until it answers, and waits for its end. Thread-safe.
 */
final class SupervisedChild {

  /** Starts the process once more. */
  @FunctionalInterface
  interface Launch {

    /**
     * One attempt.
     *
     * @param known whether the process has answered before, so that others know its address
     */
    Attempt start(boolean known) throws IOException;
  }

  /** Hears what becomes of the process. */
  interface Listener {
    /** In a sentence. */
    void told(String event);

    /** It answers, once more perhaps. */
    void ready();

    /** It is left alone from now on; {@code reason} quotes the end of its log. */
    void gaveUp(String reason);
  }

  /** A process that was started, and how to tell that it answers. */
  record Attempt(Process process, Readiness readiness) {}

  /**
   * How soon a process is started again, and when no more.
   *
   * @param first pause after the first death
   * @param longest pause; each is twice the one before, up to this
   * @param deaths in a row, without an answer between them, after which to give up
   * @param window a process that ran for longer is started again after the first pause
   */
  record Backoff(Duration first, Duration longest, int deaths, Duration window) {

    static final Backoff USUAL =
        new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10), 5, Duration.ofMinutes(1));

    Duration next(Duration pause) {
      Duration doubled = pause.multipliedBy(2);
      return doubled.compareTo(longest) > 0 ? longest : doubled;
    }
  }

  /** How a command of ours ends that does not take its settings: a further start is in vain. */
  private static final int WRONG_USAGE = 2;

  /** How often a process that runs is asked whether it answers. */
  private static final long PROBE_MILLIS = 50;

  private final String name;
  private final Launch launch;
  private final ChildLog log;
  private final Backoff backoff;
  private final Listener listener;
  private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final Thread thread;

  /** The running process, or null; guarded by this. */
  private Process process;

  SupervisedChild(String name, Launch launch, ChildLog log, Backoff backoff, Listener listener) {
    this.name = name;
    this.launch = launch;
    this.log = log;
    this.backoff = backoff;
    this.listener = listener;
    thread = Threads.daemon("supervise-" + name, this::supervise);
  }

  String name() {
    return name;
  }

  /** Whether the process has answered at least once. */
  boolean hasAnswered() {
    return firstReady.isDone() && !firstReady.isCompletedExceptionally();
  }

  void start() {
    thread.start();
  }

  /** Which process this is now, or nothing while there is none. */
  synchronized Optional<ProcessIdentity> identity() {
    return Optional.ofNullable(process)
        .filter(Process::isAlive)
        .map(running -> ProcessIdentity.of(running.toHandle()));
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
          name + " did not answer within " + timeout.toSeconds() + " s\n" + log.end(), e);
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
    int deaths = 0;
    Duration pause = backoff.first();
    try {
      while (true) {
        long begun = System.nanoTime();
        Attempt attempt = startUnlessStopped();
        if (attempt == null) {
          return;
        }
        boolean answered = awaitAnswer(attempt);
        if (answered) {
          deaths = 0;
          // Whoever waits for the first answer goes on after the listener was told.
          listener.ready();
          listener.told(
              String.format(
                  Locale.ROOT, "%s ready after %.1f s", name, since(begun).toMillis() / 1e3));
          firstReady.complete(null);
        }
        int exitStatus = attempt.process().waitFor();
        if (isStopping()) {
          listener.told(name + " stopped");
          return;
        }

        if (answered && since(begun).compareTo(backoff.window()) > 0) {
          pause = backoff.first();
        }
        deaths += answered ? 0 : 1;
        if (!answered && exitStatus == WRONG_USAGE) {
          giveUp(name + " does not take its settings");
          return;
        } else if (deaths >= backoff.deaths()) {
          giveUp(
              "%s ended %d times before it answered, the last time with status %d"
                  .formatted(name, deaths, exitStatus));
          return;
        }
        listener.told(
            "%s ended with status %d, starts again in %d ms"
                .formatted(name, exitStatus, pause.toMillis()));
        if (stopRequested.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        pause = backoff.next(pause);
      }
    } catch (IOException | PlatformException e) {
      giveUp(name + " cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Attempt startUnlessStopped() throws IOException {
    if (isStopping()) {
      return null;
    }
    Attempt attempt = launch.start(firstReady.isDone());
    process = attempt.process();
    return attempt;
  }

  private static boolean awaitAnswer(Attempt attempt) throws InterruptedException {
    while (attempt.process().isAlive()) {
      try {
        if (attempt.readiness().isReady()) {
          return true;
        }
      } catch (IOException e) {
        // Not yet: nothing listens there, or it does not answer properly.
      }
      if (attempt.process().waitFor(PROBE_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private void giveUp(String what) {
    String reason = what + "\n" + log.end();
    firstReady.completeExceptionally(new PlatformException(reason));
    listener.told(reason);
    listener.gaveUp(reason);
  }

  private boolean isStopping() {
    return stopRequested.getCount() == 0;
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }
}
