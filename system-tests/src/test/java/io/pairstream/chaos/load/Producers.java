package io.pairstream.chaos.load;

import io.pairstream.schemas.Threads;
import io.pairstream.service.Cluster;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Producers that send a load while the platform is being hurt, and note what was acknowledged. Each
 * record is sent until the platform has said that it has it. Thread-safe.
 */
public final class Producers implements AutoCloseable {

  static final int BY_KAFKA = 3;
  static final int BY_HTTP = 2;

  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

  private final SendingProgress progress = new SendingProgress();
  private final List<Thread> threads = new ArrayList<>();

  private Producers() {}

  /**
   * Begins to send once the raw topics take records.
   *
   * @param ingest address of the ingest API, such as {@code http://127.0.0.1:8080}
   */
  public static Producers start(
      Cluster cluster, URI ingest, SeededLoad load, long records, SentLedger ledger)
      throws InterruptedException {
    RawTopics topics = RawTopics.of(cluster);
    Producers producers = new Producers();
    SendingProgress progress = producers.progress;
    for (int i = 0; i < BY_KAFKA; i++) {
      Lane lane = new Lane(load, records, progress, false, i);
      producers.add(new KafkaSender(cluster, load, lane, topics, ledger, progress), "kafka-" + i);
    }
    for (int i = 0; i < BY_HTTP; i++) {
      Lane lane = new Lane(load, records, progress, true, i);
      producers.add(new HttpSender(ingest, load, lane, topics, ledger, progress), "http-" + i);
    }
    producers.threads.forEach(Thread::start);
    return producers;
  }

  private void add(Runnable sender, String name) {
    Thread thread = Threads.daemon("producer-" + name, sender);
    threads.add(thread);
  }

  /** Begins no further record once so many are acknowledged; what is in flight goes on. */
  public void holdAt(long records) {
    progress.holdAt(records);
  }

  /** Records that were acknowledged so far, or refused for good, each once. */
  public long acknowledged() {
    return progress.settledCount();
  }

  /** Answers so far of the ingest API that it cannot take a record now. */
  public long unavailable() {
    return progress.unavailableCount();
  }

  /** Those of them that do not say when to come again. */
  public long unavailableForever() {
    return progress.unavailableForeverCount();
  }

  /** Waits for so many acknowledged records; answers whether they came within the limit. */
  public boolean await(long records, Duration limit) throws InterruptedException {
    return progress.awaitSettled(records, limit);
  }

  /** Stops at once; what is in flight is noted as unknown. */
  public void stop() {
    progress.stop();
    try {
      for (Thread thread : threads) {
        thread.join(STOPPED_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
