package io.pairstream.ingest.batches;

import io.pairstream.schemas.BatchPart;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes what became of the inputs of batches. Opens itself with the first part, so that a service
 * can start while Kafka is away. Thread-safe.
 */
public final class BatchLog implements AutoCloseable {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration REQUEST = Duration.ofSeconds(10);

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 16 * 1024 * 1024);

  private final Topic<String, BatchPart> topic;
  private final Registry registry;
  private final Map<String, Object> kafkaSettings;
  private final Duration deadline;
  private RecordPublisher<BatchPart> publisher;
  private boolean isClosed;

  /**
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public BatchLog(Topic<String, BatchPart> topic, Registry registry, Map<String, ?> kafkaSettings) {
    this.topic = topic;
    this.registry = registry;
    this.kafkaSettings = new HashMap<>(kafkaSettings);
    this.kafkaSettings.putIfAbsent("request.timeout.ms", (int) REQUEST.toMillis());
    this.deadline = KafkaTimeouts.sendWithin(this.kafkaSettings, DEADLINE);
  }

  /**
   * Writes a part; returns once Kafka has it.
   *
   * @throws ProblemException {@link ProblemKind#KAFKA_UNAVAILABLE} where Kafka does not take it
   *     within 30 s, or the time that the settings give it
   */
  void write(BatchPart part) {
    try {
      open()
          .publish(part.getBatchId(), part, "batch " + part.getBatchId())
          .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    } catch (ExecutionException
        | TimeoutException
        | PublishFailedException
        | BrokerUnavailableException
        | MissingTopicException
        | MissingSchemaException
        | RegistryUnavailableException e) {
      throw unavailable();
    }
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    if (publisher != null) {
      publisher.abort();
    }
  }

  private synchronized RecordPublisher<BatchPart> open() {
    if (isClosed) {
      throw unavailable();
    }
    if (publisher == null) {
      publisher = RecordPublisher.open(topic, BatchPart.SCHEMA$, LIMITS, registry, kafkaSettings);
    }
    return publisher;
  }

  private ProblemException unavailable() {
    return Problem.of(
            ProblemKind.KAFKA_UNAVAILABLE,
            "what became of the batch's inputs cannot be written to "
                + topic.name()
                + " now; what a result line has acknowledged is taken, and the rest can be sent"
                + " again")
        .retryAfter(5)
        .asException();
  }
}
