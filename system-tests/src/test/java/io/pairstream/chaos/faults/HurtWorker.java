package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.cluster.Signals;
import io.pairstream.system.Await;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Sends a signal to an image worker: SIGSEGV, as if a native library had crashed, or SIGSTOP, as if
 * it hung.
 *
 * <p>Promised: the picture under way is tried once more in a fresh worker, so that no good record
 * is lost to it; the instance goes on.
 */
final class HurtWorker extends ClusterFault {

  private final String signal;
  private OptionalLong hurt = OptionalLong.empty();

  /**
   * @param signal {@code SEGV} or {@code STOP}
   */
  HurtWorker(
      String kind, String signal, Duration lasts, ChaosCluster cluster, SplittableRandom random) {
    super(kind, lasts, cluster, random);
    this.signal = signal;
  }

  @Override
  public void inject() {
    PlatformProcess instance = anyInstance();
    hits("a worker of " + instance.name());
    Await.until(
        instance.name() + " has an image worker",
        Duration.ofSeconds(30),
        () -> !instance.children().isEmpty(),
        instance::logEnd);
    List<ProcessHandle> workers = instance.children();
    long worker = workers.get(random.nextInt(workers.size())).pid();
    hurt = OptionalLong.of(worker);
    Signals.send(signal, worker);
  }

  @Override
  public void heal() {
    hurt.stream()
        .filter(worker -> ProcessHandle.of(worker).filter(ProcessHandle::isAlive).isPresent())
        .forEach(worker -> Signals.thaw(worker));
  }
}
