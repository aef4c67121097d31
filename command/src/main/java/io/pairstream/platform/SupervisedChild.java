package io.pairstream.platform;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Backoff;
import io.pairstream.service.requirements.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A child process that is kept running: given up when it ends again and again before it has ever
 * answered, and started again, ever more slowly, when it ends unasked later, or says that it stands
 * still. A start may take as long as it gets on. Its output is in a log file, what it wrote before
 * that in the same with {@code .1} at its end.
 *
 * <p>One thread of its own starts it, waits until it answers, asks how it is, and waits for its
 * end. Thread-safe.
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
   * @param said in a sentence, without a line break
   * @param ready it answers, once more perhaps
   */
  record Listener(Consumer<String> said, Runnable ready) {}

  /**
   * Times that a process is given before it is started anew.
   *
   * @param firstPause after a first death; each further one is twice as long, up to 8 times it
   * @param look how often a process that works is asked how it is
   * @param standstill how long a process may stand still, as it says itself, or as a start that
   *     answers nothing and computes nothing
   * @param frozen how long a process that has worked may answer nothing and compute nothing
   */
  record Times(Duration firstPause, Duration look, Duration standstill, Duration frozen) {

    /** Times of a platform in use. */
    static final Times USUAL =
        new Times(
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5));
  }

  private static final String FROZEN = "it answers nothing and computes nothing";

  private static final int LONGEST_PAUSE = 8;

  /** A process that ran for longer is started again after the first pause. */
  private static final Duration LONG_LIFE = Duration.ofMinutes(1);

  /**
   * Shortest and longest time between two questions whether a process that starts answers, each of
   * which takes that process time to say no.
   */
  private static final long PROBE_MILLIS = 50;

  private static final long LONGEST_PROBE_MILLIS = 500;

  /** A start may be noticed later by this share of the time that it took. */
  private static final long LATER = 20;

  /** How long a process may take to end that is asked to because it stands still. */
  private static final long END_SECONDS = 20;

  /** A start that failed later than this is not counted where the machine is busy. */
  private static final Duration SLOW_START = Duration.ofSeconds(30);

  /** A log longer than this is put aside before the process is started again. */
  private static final long LARGE_LOG_BYTES = 1 << 20;

  /** Starts without an answer after which a process that has never answered is given up. */
  private static final int MOST_STARTS = 5;

  /** How a command of ours ends that does not take its settings: a further start is in vain. */
  private static final int WRONG_USAGE = 2;

  private final String name;
  private final Launch launch;
  private final Readiness readiness;
  private final Path log;
  private final Machine machine;
  private final Times times;
  private final Listener listener;
  private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final Thread thread;

  /** The running process, or null; guarded by this. */
  private Process process;

  /** Sentence that was said last; only the thread uses it. */
  private String lastReported = "";

  /** Obstacle of the process at the latest look; empty where it works. */
  private volatile String waitsFor = "";

  /**
   * @param log the process's output is appended to it
   */
  SupervisedChild(
      String name,
      Launch launch,
      Readiness readiness,
      Path log,
      Machine machine,
      Times times,
      Listener listener) {
    this.name = name;
    this.launch = launch;
    this.readiness = readiness;
    this.log = log;
    this.machine = machine;
    this.times = times;
    this.listener = listener;
    thread = Threads.daemon("supervise-" + name, this::supervise);
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
   * @param eachSecond runs meanwhile
   * @throws PlatformException where it was given up or stopped
   */
  void awaitReady(Runnable eachSecond) throws InterruptedException {
    while (!firstReady.isDone() || firstReady.isCompletedExceptionally()) {
      try {
        firstReady.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        eachSecond.run();
      } catch (ExecutionException e) {
        throw new PlatformException(e.getCause().getMessage(), e.getCause());
      }
    }
  }

  /** Obstacle of the process, with its name: {@code feed waits: …}; empty where it works. */
  Optional<String> waits() {
    return Optional.of(waitsFor)
        .filter(what -> !what.isEmpty())
        .map(what -> name + (firstReady.isDone() ? " waits: " : " starts: ") + what);
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
    Backoff pauses =
        new Backoff(times.firstPause(), times.firstPause().multipliedBy(LONGEST_PAUSE));
    int starts = 0;
    try {
      while (true) {
        long begun = System.nanoTime();
        int exitStatus = 0;
        boolean answered = false;
        String end;
        try {
          Process started = startUnlessStopped();
          if (started == null) {
            return;
          }
          answered = awaitAnswer(started);
          if (answered) {
            noteReady(begun);
            watch(started);
          }
          exitStatus = started.waitFor();
          end = "ended with status " + exitStatus;
        } catch (IOException | PlatformException e) {
          end = "cannot be started: " + RootCause.message(e);
        }
        if (isStopping()) {
          report(name + " stopped");
          return;
        }
        if (answered && since(begun).compareTo(LONG_LIFE) > 0) {
          pauses.reset();
        }
        starts += isToCount(begun) ? 1 : 0;
        if (!firstReady.isDone() && (exitStatus == WRONG_USAGE || starts == MOST_STARTS)) {
          giveUp("%s %s before it answered, at start %d".formatted(name, end, starts));
          return;
        }
        long pauseMillis = pauses.next().toMillis();
        report(
            "%s %s, starts again in %d ms%s%s"
                .formatted(
                    name,
                    end,
                    pauseMillis,
                    machine.trouble().map(trouble -> "; " + trouble).orElse(""),
                    firstReady.isDone()
                        ? ""
                        : LogEnd.lastWords(log).map("; it said last: "::concat).orElse("")));
        if (stopRequested.await(pauseMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
        putLogAsideAbove(LARGE_LOG_BYTES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Notes the first answer; callers that wait for it go on after the listener was called. */
  private void noteReady(long begun) {
    listener.ready().run();
    report(
        String.format(Locale.ROOT, "%s ready after %.1f s", name, since(begun).toMillis() / 1e3));
    firstReady.complete(null);
  }

  /** A full disk ends any start, and a busy machine one that others do not wait for. */
  private boolean isToCount(long begun) {
    boolean isSlow = since(begun).compareTo(SLOW_START) > 0;
    return machine.disk().get().isEmpty() && !(isSlow && machine.load().get().isPresent());
  }

  private synchronized Process startUnlessStopped() throws IOException {
    if (isStopping()) {
      return null;
    }
    process = launch.start();
    return process;
  }

  private boolean awaitAnswer(Process started) throws InterruptedException {
    StartWatch watch = follow(started, times.standstill());
    long begun = System.nanoTime();
    while (started.isAlive()) {
      String obstacle = null;
      try {
        obstacle = readiness.waitsFor().orElse("");
        waitsFor = obstacle;
        if (obstacle.isEmpty()) {
          return true;
        }
      } catch (IOException e) {
        // Not yet: nothing listens there, or it does not answer properly.
        waitsFor = StartWatch.SILENT;
      }
      watch.note(obstacle).ifPresent(this::report);
      if (watch.standsStill()) {
        startAnew(started, FROZEN);
      }
      long pause = Math.max(PROBE_MILLIS, since(begun).toMillis() / LATER);
      if (started.waitFor(Math.min(pause, LONGEST_PROBE_MILLIS), TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private StartWatch follow(Process started, Duration standsStillAfter) {
    return new StartWatch(
        name,
        machine,
        System::nanoTime,
        () -> started.info().totalCpuDuration().orElse(Duration.ZERO).toNanos(),
        standsStillAfter);
  }

  /** Returns once a process that has answered has ended. */
  private void watch(Process started) throws InterruptedException {
    long lookMillis = times.look().toMillis();
    String before = "";
    String reported = "";
    long standsSince = System.nanoTime();
    StartWatch life = follow(started, times.frozen());
    while (!started.waitFor(lookMillis, TimeUnit.MILLISECONDS)) {
      String now;
      Optional<String> stands = Optional.empty();
      try {
        now = readiness.waitsAgainFor().orElse("");
        stands = readiness.standsStill();
        life.noteAnswer();
      } catch (IOException e) {
        now = "process %d does not answer; if it hangs: kill -9 %1$d".formatted(started.pid());
        // One that only gets no processor would lose by a new start what it has begun.
        if (life.standsStill()) {
          startAnew(started, FROZEN);
        }
      }
      // What is there at two looks is more than a pause.
      if (now.equals(before) && !now.equals(reported)) {
        report(now.isEmpty() ? name + " goes on" : name + " waits: " + now);
        reported = now;
      }
      before = now;
      waitsFor = now;
      if (stands.isEmpty()) {
        standsSince = System.nanoTime();
      } else if (since(standsSince).compareTo(times.standstill()) > 0) {
        startAnew(started, stands.get());
      }
    }
  }

  private void startAnew(Process stuck, String reason) throws InterruptedException {
    report(
        "%s stands still and is started anew: %s; the end of what it said is in %s"
            .formatted(name, reason, log));
    stuck.toHandle().destroy();
    if (!stuck.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      stuck.destroyForcibly();
    }
  }

  /** Says it, unless that was said last. */
  private void report(String sentence) {
    if (!sentence.equals(lastReported)) {
      lastReported = sentence;
      listener.said().accept(sentence);
    }
  }

  private void giveUp(String what) {
    firstReady.completeExceptionally(new PlatformException(what + "\n" + LogEnd.quoted(log)));
    report(what);
  }

  private boolean isStopping() {
    return stopRequested.getCount() == 0;
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  private void putLogAsideAbove(long bytes) {
    try {
      if (Files.exists(log) && Files.size(log) > bytes) {
        Files.move(
            log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      report("%s is not put aside, and grows: %s".formatted(log, RootCause.message(e)));
    }
  }
}
