package io.pairstream.ingest.publish;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.Upload;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Writes a note of each pair once the pair is in Kafka, beside what is published next. Thread-safe.
 */
final class PairNotes {

  /** Notes that are waited for at once; a note takes some hundred bytes. */
  private static final int MOST_UNDER_WAY = 10_000;

  private final UploadLog log;
  private final Clock clock;

  /** Fair, so that whoever waits for all of it gets it before what comes later. */
  private final Semaphore room = new Semaphore(MOST_UNDER_WAY, true);

  /** The log blocks while too much is in flight, which the pairs' own thread must not. */
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Threads.daemons("pair-notes"));

  /**
   * @param log is closed with the notes
   */
  PairNotes(UploadLog log, Clock clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Waits until there is room for one more; whoever takes it follows a pair, or gives it back. */
  void takeRoom() {
    room.acquireUninterruptibly();
  }

  void giveRoomBack() {
    room.release();
  }

  /** Done once the pair and its note are in Kafka; fails with the first that is not. */
  CompletableFuture<Published> follow(
      CompletableFuture<Published> published, String producer, String batchId) {
    Instant now = clock.instant();
    CompletableFuture<Published> noted =
        published.thenComposeAsync(
            pair -> log.write(note(pair, producer, batchId, now)).thenApply(written -> pair),
            writer);
    var unused = noted.whenComplete((pair, failure) -> room.release());
    return noted;
  }

  /**
   * Returns once every note of a pair that is in Kafka is there too, or has failed.
   *
   * @throws io.pairstream.service.publish.PublishFailedException the first failure since the last
   *     flush
   */
  void flush() {
    room.acquireUninterruptibly(MOST_UNDER_WAY);
    room.release(MOST_UNDER_WAY);
    log.flush();
  }

  /** Writes what is to be written, then lets go of the connections. */
  void close() {
    try {
      flush();
    } finally {
      writer.shutdown();
      log.close();
    }
  }

  void abort() {
    // What is queued fails then, and nobody waits for it.
    log.abort();
    writer.shutdown();
  }

  private static Upload note(Published pair, String producer, String batchId, Instant now) {
    return Upload.newBuilder()
        .setId(pair.id())
        .setStanding("RECEIVED")
        .setPairId(pair.id())
        .setProducer(producer)
        .setBatchId(batchId)
        .setImageDigest(pair.imageDigest())
        .setOrigin(new Origin(pair.topic(), pair.partition(), pair.offset()))
        .setReceivedAt(now)
        .setChangedAt(now)
        .build();
  }
}
