package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.Threads;
import io.pairstream.service.Cluster;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * Producers that send a load while the platform is being hurt, and note what was acknowledged. Each
 * record is sent until the platform has said that it has it. Thread-safe.
 */
public final class Producers implements AutoCloseable {

  /** A way by which a record goes. */
  interface Sender {

    /** Sends a record once, and notes what is known of it then; empty where that is nothing. */
    Optional<Fate> attempt(SentPair pair) throws InterruptedException;
  }

  /** One of so many records is sent again although it was taken, where senders do so. */
  private static final int REPEATED_EVERY = 20;

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int BY_KAFKA = 8;
  private static final int BY_HTTP = 2;
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

  private final List<LedgerEntry> ledger = new ArrayList<>();
  private final SeededLoad load;
  private final KafkaProducer<byte[], byte[]> client;
  private final List<Thread> threads = new ArrayList<>();
  private long settled;
  private long holdAt = Long.MAX_VALUE;
  private long unavailable;
  private long unavailableForever;
  private boolean stopped;

  private Producers(SeededLoad load, KafkaProducer<byte[], byte[]> client) {
    this.load = load;
    this.client = client;
  }

  /**
   * Begins to send; the raw topics take records.
   *
   * @param ingest address of the ingest API, such as {@code http://127.0.0.1:8080}
   */
  public static Producers start(
      Cluster cluster, int partitions, URI ingest, SeededLoad load, long records) {
    Producers producers = new Producers(load, KafkaSender.producer(cluster));
    Lane kafka = new Lane(load, records, false);
    Lane http = new Lane(load, records, true);
    KafkaSender byKafka = new KafkaSender(producers, cluster, partitions, producers.client);
    for (int i = 0; i < BY_KAFKA; i++) {
      producers.add(() -> producers.send(kafka, byKafka, false));
    }
    for (int i = 0; i < BY_HTTP; i++) {
      HttpSender byHttp = new HttpSender(producers, ingest);
      producers.add(() -> producers.send(http, byHttp, true));
    }
    producers.threads.forEach(Thread::start);
    return producers;
  }

  private void add(Runnable sender) {
    threads.add(Threads.daemon("producer-" + threads.size(), sender));
  }

  /**
   * Sends one record after the other, each until it is settled.
   *
   * @param repeats whether the sender forgets now and then that a record was taken
   */
  private void send(Lane lane, Sender sender, boolean repeats) {
    long taken = 0;
    try {
      while (!isStopped()) {
        long number = isHeld() ? -1 : lane.next();
        if (number < 0) {
          pause(PAUSE);
          continue;
        }
        SentPair pair = load.at(number);
        Optional<Fate> fate = settle(pair, sender);
        if (fate.isPresent()) {
          settled();
        }
        if (repeats
            && fate.equals(Optional.of(Fate.ACKNOWLEDGED))
            && taken++ % REPEATED_EVERY == 0) {
          Optional<Fate> unused = settle(pair, sender);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Empty where the producers are stopped before. */
  private Optional<Fate> settle(SentPair pair, Sender sender) throws InterruptedException {
    while (!isStopped()) {
      Optional<Fate> fate = sender.attempt(pair);
      if (fate.filter(it -> it != Fate.UNSURE).isPresent()) {
        return fate;
      }
      pause(PAUSE);
    }
    return Optional.empty();
  }

  /** Begins no further record once so many are acknowledged; what is in flight goes on. */
  public synchronized void holdAt(long records) {
    holdAt = records;
    notifyAll();
  }

  /** Records that were acknowledged so far, or refused for good, each once. */
  public synchronized long acknowledged() {
    return settled;
  }

  /** Answers so far of the ingest API that it cannot take a record now. */
  public synchronized long unavailable() {
    return unavailable;
  }

  /** Refusals with 503 that do not say when to come again. */
  public synchronized long unavailableForever() {
    return unavailableForever;
  }

  /** Waits for so many acknowledged records; answers whether they came within the limit. */
  public synchronized boolean await(long records, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (settled < records && !stopped && System.nanoTime() < deadline) {
      wait(1_000);
    }
    return settled >= records;
  }

  /** Entries so far, in the order in which it was known. */
  public synchronized List<LedgerEntry> ledger() {
    return List.copyOf(ledger);
  }

  synchronized void note(LedgerEntry entry) {
    ledger.add(entry);
    notifyAll();
  }

  /** A record was acknowledged, or refused for good. */
  private synchronized void settled() {
    settled++;
    notifyAll();
  }

  synchronized void unavailable(boolean saysWhen) {
    unavailable++;
    unavailableForever += saysWhen ? 0 : 1;
  }

  private synchronized boolean isHeld() {
    return settled >= holdAt;
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  /** Waits for a while, or until all producers are stopped. */
  synchronized void pause(Duration duration) throws InterruptedException {
    long until = System.nanoTime() + duration.toNanos();
    while (!stopped && System.nanoTime() < until) {
      wait(50);
    }
  }

  /** Stops at once; what is in flight is noted as unknown. */
  public void stop() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    client.close(Duration.ZERO); // what waits for an answer fails
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
