package io.pairstream.ingest.fetch.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;

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
   * Asks for a turn; {@link FetchStopped} where there will be none soon, or the host has failed so
   * often of late that it is not asked.
   *
   * @param interval least time between two requests that the host itself asks for; may be zero
   */
  CompletableFuture<HostGate.Turn> enter(String host, Duration interval) {
    AtomicReference<CompletableFuture<HostGate.Turn>> turn = new AtomicReference<>();
    // Within compute, so that the gate is not swept away between being found and being joined.
    gates
        .compute(
            host,
            (name, known) -> {
              HostGate gate = known == null ? new HostGate(name, politeness, timers) : known;
              turn.set(gate.join(interval));
              return gate;
            })
        .pump();
    return turn.get();
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
