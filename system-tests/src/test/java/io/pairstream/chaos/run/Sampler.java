package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.cluster.Signals;
import io.pairstream.chaos.run.Sample.Resident;
import io.pairstream.chaos.run.WaitingRecords.Look;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Looks at the platform once a second, for the time line. */
final class Sampler implements AutoCloseable {

  private static final long PERIOD_MILLIS = 1_000;
  private static final Duration STALE = Duration.ofSeconds(3);

  private final Timeline timeline;
  private final LongSupplier acknowledged;
  private final LongSupplier outputs;
  private final Supplier<List<PlatformProcess>> processes;
  private final WaitingRecords waiting;
  private final CommittedPlaces places;
  private final ScheduledExecutorService clock =
      Executors.newScheduledThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "sampler");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Answer last = new Answer(Instant.EPOCH, 0);

  private record Answer(Instant at, long waiting) {}

  Sampler(
      Timeline timeline,
      LongSupplier acknowledged,
      LongSupplier outputs,
      Supplier<List<PlatformProcess>> processes,
      WaitingRecords waiting,
      CommittedPlaces places) {
    this.timeline = timeline;
    this.acknowledged = acknowledged;
    this.outputs = outputs;
    this.processes = processes;
    this.waiting = waiting;
    this.places = places;
  }

  void start() {
    // Apart, because brokers that are being hurt keep the question waiting.
    for (Runnable look : List.<Runnable>of(this::sample, this::ask)) {
      var unused = clock.scheduleWithFixedDelay(look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void ask() {
    try {
      Optional<Look> look = waiting.look();
      if (look.isPresent()) {
        last = new Answer(Instant.now(), look.get().waiting());
        // Each raw partition has had a leader, who told its end, before this is asked.
        Instant asked = Instant.now();
        places.add(asked, waiting.settled());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sample() {
    Instant now = Instant.now();
    Answer answer = last;
    timeline.add(
        new Sample(
            now,
            acknowledged.getAsLong(),
            outputs.getAsLong(),
            Duration.between(answer.at(), now).compareTo(STALE) < 0
                ? OptionalLong.of(answer.waiting())
                : OptionalLong.empty(),
            resident()));
  }

  private Map<String, Resident> resident() {
    Map<String, Resident> resident = new LinkedHashMap<>();
    for (PlatformProcess process : processes.get()) {
      if (!process.isRunning()) {
        continue;
      }
      try {
        long pid = process.pid();
        resident.put(process.name(), new Resident(pid, process.residentBytes()));
        List<ProcessHandle> workers = process.children();
        for (int i = 0; i < workers.size(); i++) {
          long worker = workers.get(i).pid();
          resident.put(
              process.name() + " image worker" + (i == 0 ? "" : " " + (i + 1)),
              new Resident(worker, Signals.residentBytes(worker)));
        }
      } catch (RuntimeException e) {
        // It ended while it was asked; it is not in this sample.
        resident.remove(process.name());
      }
    }
    return resident;
  }

  /** Looks no more. */
  void stop() {
    clock.shutdownNow();
    try {
      // What it writes to is closed next.
      boolean unused = clock.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
