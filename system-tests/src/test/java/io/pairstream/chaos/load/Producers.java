package io.pairstream.chaos.load;

import io.pairstream.service.Cluster;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Producers that send a load while the platform is being hurt, and note what was acknowledged. Each
 * record is sent until the platform has said that it has it. Thread-safe.
 */
public final class Producers implements AutoCloseable {

  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

  private final ProducersPlan plan;
  private final SendingProgress progress = new SendingProgress();
  private final List<KafkaSender> kafka = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  private Producers(ProducersPlan plan) {
    this.plan = plan;
  }

  /**
   * Makes the producers once the raw topics take records; {@link #start} lets them begin.
   *
   * @param doors addresses of the front doors as they are at the time, such as {@code
   *     http://127.0.0.1:8080}
   */
  public static Producers open(
      Cluster cluster,
      SeededLoad load,
      SentLedger ledger,
      ProducersPlan plan,
      Supplier<List<URI>> doors)
      throws InterruptedException {
    RawTopics topics = RawTopics.of(cluster);
    Producers producers = new Producers(plan);
    for (int i = 0; i < plan.kafkaThreads(); i++) {
      Lane lane = new Lane(load, plan, producers.progress, false, i);
      KafkaSender sender =
          new KafkaSender(cluster, plan, load, lane, topics, ledger, producers.progress);
      producers.kafka.add(sender);
      producers.threads.add(new Thread(sender, "producer-kafka-" + i));
    }
    for (int i = 0; i < plan.httpThreads(); i++) {
      Lane lane = new Lane(load, plan, producers.progress, true, i);
      DoorSender sender = new DoorSender(doors, load, lane, topics, ledger, producers.progress);
      producers.threads.add(new Thread(sender, "producer-http-" + i));
    }
    return producers;
  }

  public void start() {
    threads.forEach(thread -> thread.setDaemon(true));
    threads.forEach(Thread::start);
  }

  /** Begins no further record until {@link #resume}; what is in flight goes on. */
  public void pause() {
    progress.pause();
  }

  public void resume() {
    progress.resume();
  }

  /** Sends a record of a fault's own before those of the load, by a Kafka client. */
  public void send(SentPair pair) {
    kafka.get(Math.floorMod(turn.getAndIncrement(), kafka.size())).enqueue(pair);
  }

  /** Records that were acknowledged so far, each once. */
  public long acknowledged() {
    return progress.acknowledgedCount();
  }

  /** Attempts so far whose fate is unknown; each was followed by another. */
  public long unsure() {
    return progress.unsureCount();
  }

  /** Records so far that a front door turned away for good. */
  public long refused() {
    return progress.refusedCount();
  }

  /** Answers of front doors so far that they cannot take a record now, in order. */
  public List<TurnedAway> turnedAway() {
    return progress.turnedAwaySoFar();
  }

  /** Waits for so many acknowledged records; answers whether they came within the limit. */
  public boolean awaitSent(long records, Duration limit) throws InterruptedException {
    return progress.awaitSettled(records, limit);
  }

  /** Waits until the whole load is acknowledged; answers whether it was within the limit. */
  public boolean awaitAllSent(Duration limit) throws InterruptedException {
    return awaitSent(plan.records(), limit);
  }

  /** Stops at once; what is in flight is noted as unknown. */
  @Override
  public void close() {
    progress.stop();
    try {
      for (Thread thread : threads) {
        thread.join(STOPPED_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
