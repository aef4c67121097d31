package io.pairstream.ingest.publish;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes pairs on one raw topic, keyed by image digest, as {@link RecordPublisher} does: what is
 * acknowledged is in Kafka exactly once. At most {@link #BUFFER_BYTES} are in flight. Thread-safe.
 *
 * <p>Futures complete on the producer's own thread; what depends on them must be short.
 *
 * @param notes empty where pairs are published without notes
 */
public record PairPublisher(
    RecordPublisher<RawPair> records, Optional<UploadNotes> notes, Clock clock)
    implements AutoCloseable {

  /** Bytes in flight before {@link #publish} blocks. */
  public static final int BUFFER_BYTES = 64 * 1024 * 1024;

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(RecordSizes.MAX_RAW_RECORD, BUFFER_BYTES);

  /**
   * Opens a publisher once the topic takes records and the registry holds the schema.
   *
   * @param topic one of the two raw topics
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}; those that an
   *     acknowledgement rests on stay as they are
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException where there is no such
   *     topic
   * @throws org.apache.kafka.common.errors.TimeoutException where no broker answers in the time
   *     that {@link RecordPublisher#open} waits
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public static PairPublisher open(
      Topic<RawPair> topic, Map<String, ?> kafkaSettings, Clock clock) {
    return new PairPublisher(
        RecordPublisher.open(topic, LIMITS, kafkaSettings), Optional.empty(), clock);
  }

  /**
   * Opens a publisher that also notes each pair among the uploads. Throws as the other method does.
   *
   * @param topic one of the two raw topics
   * @param uploads where the notes go
   */
  public static PairPublisher openWithNotes(
      Topic<RawPair> topic, Topic<Upload> uploads, Map<String, ?> kafkaSettings, Clock clock) {
    PairPublisher plain = open(topic, kafkaSettings, clock);
    try {
      UploadNotes notes = UploadNotes.open(uploads, kafkaSettings, clock);
      return new PairPublisher(plain.records, Optional.of(notes), clock);
    } catch (RuntimeException | Error e) {
      plain.abort();
      throw e;
    }
  }

  /** Full name of the topic. */
  public String topic() {
    return records.topic();
  }

  /**
   * Sends a pair, which says from now on when it was received; blocks while too much is in flight.
   *
   * @param pair the bytes of its image must not be changed afterwards
   * @return the acknowledgement, or {@link PublishFailedException}
   * @throws PairTooLargeException where image or record is larger than {@link RecordSizes} allows
   * @throws RegistryUnavailableException where the schema's id is not known yet and the registry
   *     does not answer
   */
  public CompletableFuture<Published> publish(RawPair pair) {
    return publish(pair, "");
  }

  /**
   * Publishes a pair for a producer, who is named in the note.
   *
   * @param producer owner of the API key; empty where no key was asked for
   */
  public CompletableFuture<Published> publish(RawPair pair, String producer) {
    int imageBytes = pair.getImage().remaining();
    if (imageBytes > RecordSizes.MAX_IMAGE) {
      throw new PairTooLargeException("the image", imageBytes, RecordSizes.MAX_IMAGE);
    }
    String imageDigest = PairIdentity.imageDigest(pair.getImage());
    String pairId = PairIdentity.pairId(imageDigest, pair.getCaption());
    Instant now = clock.instant();
    pair.getMetadata().setReceivedAt(now);
    CompletableFuture<Published> sent =
        records
            .publish(imageDigest, pair, "pair " + pairId)
            .thenApply(
                at -> new Published(pairId, imageDigest, topic(), at.partition(), at.offset()));
    return notes
        .map(own -> sent.thenCompose(published -> own.after(published, producer, now)))
        .orElse(sent);
  }

  /**
   * Returns once every record sent so far is acknowledged or has failed.
   *
   * @throws PublishFailedException the first failure since the last flush
   */
  public void flush() {
    try {
      records.flush();
    } finally {
      notes.ifPresent(own -> own.records().flush());
    }
  }

  /**
   * Sends what is in flight, then lets go of the connections.
   *
   * @throws PublishFailedException the first failure since the last flush
   */
  @Override
  public void close() {
    try {
      records.close();
    } finally {
      notes.ifPresent(own -> own.records().close());
    }
  }

  /** Lets go of the connections at once; what is not acknowledged yet fails. */
  public void abort() {
    records.abort();
    notes.ifPresent(own -> own.records().abort());
  }
}
