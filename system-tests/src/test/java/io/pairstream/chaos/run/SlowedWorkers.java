package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.cluster.Signals;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Image workers that are held for a part of the time, as if their pictures were harder. */
final class SlowedWorkers implements AutoCloseable {

  private static final long CYCLE_MILLIS = 200;

  private final List<PlatformProcess> instances;
  private final long works;
  private final Thread thread = new Thread(this::run, "slowed-workers");
  private volatile boolean ended;

  private SlowedWorkers(List<PlatformProcess> instances, double share) {
    this.instances = instances;
    this.works = Math.round(CYCLE_MILLIS * share);
  }

  /**
   * @param share of the time for which they work; at 1 nothing is done
   */
  static SlowedWorkers of(List<PlatformProcess> instances, double share) {
    SlowedWorkers slowed = new SlowedWorkers(instances, share);
    slowed.ended = share >= 1;
    slowed.thread.setDaemon(true);
    slowed.thread.start();
    return slowed;
  }

  private void run() {
    try {
      while (!ended) {
        List<Long> workers =
            instances.stream()
                .flatMap(instance -> instance.children().stream())
                .map(ProcessHandle::pid)
                .toList();
        workers.forEach(pid -> Signals.send("STOP", pid));
        TimeUnit.MILLISECONDS.sleep(CYCLE_MILLIS - works);
        workers.forEach(Signals::thaw);
        TimeUnit.MILLISECONDS.sleep(works);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
