package io.pairstream.ingest.publish;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Notes what is published among the uploads, by id, so that somebody can ask for it before it is
 * judged: a pair before its note, a link after it. Thread-safe.
 */
public final class UploadNotes implements AutoCloseable {

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 16 * 1024 * 1024);

  /** Publications that are waited for at once; a note takes some hundred bytes. */
  private static final int MOST_UNDER_WAY = 10_000;

  private final RecordPublisher<Upload> records;
  private final Clock clock;

  /** Fair, so that whoever waits for all of it gets it before what comes later. */
  private final Semaphore room = new Semaphore(MOST_UNDER_WAY, true);

  /** A publisher blocks while too much is in flight, which another one's thread must not. */
  private final ExecutorService next =
      Executors.newSingleThreadExecutor(Threads.daemons("upload-notes"));

  private UploadNotes(RecordPublisher<Upload> records, Clock clock) {
    this.records = records;
    this.clock = clock;
  }

  /** Opens the notes; throws as {@link RecordPublisher#open} does. */
  public static UploadNotes open(
      Topic<String, Upload> topic, Registry registry, Map<String, ?> kafkaSettings, Clock clock) {
    return new UploadNotes(
        RecordPublisher.open(topic, Upload.SCHEMA$, LIMITS, registry, kafkaSettings), clock);
  }

  /** Full name of the topic. */
  public String topic() {
    return records.topic();
  }

  /** Publishes a pair, then its note; done once both are in Kafka. */
  CompletableFuture<Published> after(
      Supplier<CompletableFuture<Published>> publish, String producer) {
    Instant now = clock.instant();
    return withRoom(
        () ->
            publish
                .get()
                .thenComposeAsync(
                    pair ->
                        write(
                                note(pair.id(), producer, now)
                                    .setPairId(pair.id())
                                    .setImageDigest(pair.imageDigest())
                                    .setOrigin(
                                        new Origin(pair.topic(), pair.partition(), pair.offset())))
                            .thenApply(written -> pair),
                    next));
  }

  /**
   * Writes the note of a link, which can name no coordinates yet, then publishes the link: a
   * fetcher may be done with it before its acknowledgement is here, and what the fetcher notes
   * under the same id must stand last. A note whose link did not follow speaks of one that its
   * sender was told to send again.
   */
  CompletableFuture<Published> before(
      NewLink link, String topic, Supplier<CompletableFuture<Published>> publish, String producer) {
    return withRoom(
        () ->
            write(
                    note(link.linkId(), producer, clock.instant())
                        .setKind("LINK")
                        .setUrl(link.url())
                        .setOrigin(Origin.newBuilder().setTopic(topic).build()))
                .thenComposeAsync(written -> publish.get(), next));
  }

  private CompletableFuture<Published> withRoom(Supplier<CompletableFuture<Published>> work) {
    room.acquireUninterruptibly();
    CompletableFuture<Published> done;
    try {
      done = work.get();
    } catch (RuntimeException | Error e) {
      room.release();
      throw e;
    }
    var unused = done.whenComplete((published, failure) -> room.release());
    return done;
  }

  private static Upload.Builder note(String id, String producer, Instant now) {
    return Upload.newBuilder()
        .setId(id)
        .setStanding("RECEIVED")
        .setProducer(producer)
        .setReceivedAt(now)
        .setChangedAt(now);
  }

  private CompletableFuture<?> write(Upload.Builder note) {
    return records.publish(note.getId(), note.build(), "upload " + note.getId());
  }

  /**
   * Returns once every note of what is in Kafka is there too, or has failed.
   *
   * @throws io.pairstream.service.publish.PublishFailedException the first failure since the last
   *     flush
   */
  void flush() {
    room.acquireUninterruptibly(MOST_UNDER_WAY);
    room.release(MOST_UNDER_WAY);
    records.flush();
  }

  /** Writes what is to be written, then lets go of the connections. */
  @Override
  public void close() {
    try {
      flush();
    } finally {
      next.shutdown();
      records.close();
    }
  }

  /** Lets go of the connections at once; what is not acknowledged yet fails. */
  public void abort() {
    records.abort();
    next.shutdown();
  }
}
