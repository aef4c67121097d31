package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.PlatformProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Image workers of an instance that are held for a part of the time, as if their pictures were
 * harder. Each instance's may have a turn of their own, so that those of several share no
 * processor.
 */
final class SlowedWorkers implements AutoCloseable {

  private static final long CYCLE_NANOS = Duration.ofMillis(200).toNanos();

  private final Supplier<List<Long>> workers;
  private final long works;
  private final long delay;
  private final Thread thread = new Thread(this::run, "slowed-workers");
  private volatile boolean ended;
  private volatile boolean anyHeld;
  private volatile Exception trouble;

  private SlowedWorkers(Supplier<List<Long>> workers, double share, double turn) {
    this.workers = workers;
    this.delay = Math.round(CYCLE_NANOS * turn);
    this.works = Math.round(CYCLE_NANOS * share);
  }

  /**
   * @param share of the time for which they work; at 1 nothing is done
   * @param turn where in each cycle they work, 0 to 1
   */
  static SlowedWorkers of(PlatformProcess instance, double share, double turn) {
    return of(() -> instance.children().stream().map(ProcessHandle::pid).toList(), share, turn);
  }

  /**
   * @param workers their process ids as they are at the time
   */
  static SlowedWorkers of(Supplier<List<Long>> workers, double share, double turn) {
    SlowedWorkers slowed = new SlowedWorkers(workers, share, turn);
    slowed.ended = share >= 1;
    slowed.anyHeld = share >= 1;
    slowed.thread.setDaemon(true);
    slowed.thread.start();
    return slowed;
  }

  private void run() {
    List<Long> held = List.of();
    try {
      held = workers.get();
      signal("STOP", held);
      sleepUntil(System.nanoTime() + delay);
      long begin = System.nanoTime();
      while (!ended) {
        signal("STOP", held);
        anyHeld |= !held.isEmpty();
        List<Long> next = workers.get(); // while they are held: it takes longer than they may work
        sleepUntil(begin + CYCLE_NANOS - works);
        // Where holding lasted too long, they work their time nevertheless.
        begin = Math.max(begin + CYCLE_NANOS, System.nanoTime() + works);
        signal("CONT", held);
        sleepUntil(begin);
        held = next;
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      trouble = e;
    } finally {
      release(held);
    }
  }

  private void release(List<Long> held) {
    try {
      signal("CONT", held);
    } catch (IOException | InterruptedException e) {
      trouble = e;
    }
  }

  /**
   * One program for all of them, so that the more there are the shares stay the same. Whoever has
   * just ended is passed over.
   */
  private static void signal(String name, List<Long> pids)
      throws IOException, InterruptedException {
    if (pids.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    pids.forEach(pid -> command.add(pid.toString()));
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static void sleepUntil(long nanoTime) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
  }

  /**
   * Passes if they have been held up to here.
   *
   * @throws AssertionError where they have not, with the reason
   */
  void requireHeld() {
    if (trouble != null) {
      throw new AssertionError("image workers were not held to the end", trouble);
    }
    if (!anyHeld) {
      throw new AssertionError("there were no image workers to hold");
    }
  }

  /** Lets them go on. Harmless when done again. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
