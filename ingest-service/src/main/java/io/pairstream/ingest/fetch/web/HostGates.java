package io.pairstream.ingest.fetch.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The gates of all hosts that matter now. Thread-safe. */
final class HostGates {

  private static final Duration SWEEP = Duration.ofSeconds(30);

  private final ConcurrentMap<String, HostGate> gates = new ConcurrentHashMap<>();
  private final Politeness politeness;
  private final Timers timers;

  HostGates(Politeness politeness, Timers timers) {
    this.politeness = politeness;
    this.timers = timers;
    scheduleSweep();
  }

  /**
   * Asks for a turn.
   *
   * @param interval least time between two requests that the host itself asks for; may be zero
   */
  CompletableFuture<Admission> enter(String host, Duration interval) {
    HostGate[] entered = new HostGate[1];
    CompletableFuture<?>[] admission = new CompletableFuture<?>[1];
    // Within compute, so that the gate is not swept away between being found and being joined.
    gates.compute(
        host,
        (name, known) -> {
          entered[0] = known == null ? new HostGate(name, politeness, timers) : known;
          admission[0] = entered[0].join(interval);
          return entered[0];
        });
    entered[0].pump();
    return admission[0].thenApply(Admission.class::cast);
  }

  int size() {
    return gates.size();
  }

  void sweep() {
    gates
        .keySet()
        .forEach(host -> gates.computeIfPresent(host, (name, gate) -> gate.isIdle() ? null : gate));
  }

  private void scheduleSweep() {
    timers.after(
        SWEEP,
        () -> {
          sweep();
          scheduleSweep();
        });
  }
}
