package io.pairstream.ingest.publish;

import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.publish.RecordPublisher;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Notes what an ingest API took, by id, so that somebody can ask for it before it is judged.
 * Thread-safe.
 *
 * <p>Futures complete on the producer's own thread; what depends on them must be short.
 */
public final class UploadLog implements AutoCloseable {

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 16 * 1024 * 1024);

  private final RecordPublisher<Upload> records;

  private UploadLog(RecordPublisher<Upload> records) {
    this.records = records;
  }

  /**
   * Opens the log once the topic takes records and the registry holds the schema.
   *
   * @throws MissingTopicException where there is no such topic
   * @throws BrokerUnavailableException where no broker answers in the time that {@link
   *     RecordPublisher#open} waits
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer
   */
  public static UploadLog open(
      Topic<String, Upload> topic, Registry registry, Map<String, ?> kafkaSettings) {
    return new UploadLog(
        RecordPublisher.open(topic, Upload.SCHEMA$, LIMITS, registry, kafkaSettings));
  }

  /** Full name of the topic. */
  public String topic() {
    return records.topic();
  }

  /**
   * Writes a note under its id; blocks while too much is in flight.
   *
   * @return done once the note is in Kafka, or {@link PublishFailedException}
   */
  public CompletableFuture<Void> write(Upload upload) {
    return records.publish(upload.getId(), upload, "upload " + upload.getId()).thenApply(m -> null);
  }

  /**
   * Returns once every note so far is acknowledged or has failed.
   *
   * @throws PublishFailedException the first failure since the last flush
   */
  void flush() {
    records.flush();
  }

  /** Lets go of the connections at once; what is not acknowledged yet fails. */
  public void abort() {
    records.abort();
  }

  @Override
  public void close() {
    records.close();
  }
}
