package io.pairstream.service.publish;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.MissingTopics;
import io.pairstream.schemas.wire.RootCause;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks Kafka whether topics take records.
 *
 * <p>An idempotent producer loses records on a partition whose leader does not host it yet: the
 * first batch fails, the next is accepted, and the first then never fits its sequence again
 * (KAFKA-15591).
 */
public final class TopicWatch implements AutoCloseable {

  /**
   * Request timeout: a stopped broker is given up after this, though the whole call may take
   * longer.
   */
  private static final Duration REQUEST = Duration.ofSeconds(4);

  /** Time for a newly created topic to become known to every broker. */
  private static final Duration CREATION_SPREADS = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Admin admin;
  private final Object servers;
  private final List<String> topics;
  private final Duration timeout;

  /**
   * @param kafkaSettings of Kafka's clients, with {@code bootstrap.servers}
   * @param timeout how long Kafka may take to answer
   * @throws TimeoutException where no address of a broker can be found
   */
  public TopicWatch(Map<String, ?> kafkaSettings, List<String> topics, Duration timeout) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    // A broker that hangs may be asked twice, by its address and by its id.
    settings.put(
        "request.timeout.ms",
        (int) KafkaTimeouts.ofRequests(kafkaSettings, REQUEST, timeout.dividedBy(3)).toMillis());
    settings.put("default.api.timeout.ms", (int) timeout.toMillis());
    this.servers = settings.get("bootstrap.servers");
    this.topics = List.copyOf(topics);
    this.timeout = timeout;
    this.admin = AdminClients.create(settings);
  }

  /**
   * Whether every partition of every topic has a leader that answers.
   *
   * @throws InterruptedException where the caller is to stop
   */
  public boolean isUp() throws InterruptedException {
    try {
      ask();
      return true;
    } catch (KafkaException e) {
      return false;
    }
  }

  /**
   * Returns once every partition has a leader that hosts it.
   *
   * @throws UnknownTopicOrPartitionException where there is no such topic
   * @throws AuthorizationException where this client has no right to it
   * @throws TimeoutException where no broker answers, or a leader is missing
   */
  void awaitUp() {
    long startedAt = System.nanoTime();
    try {
      while (!isUpSince(startedAt)) {
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    }
  }

  private boolean isUpSince(long startedAt) throws InterruptedException {
    try {
      ask();
      return true;
    } catch (KafkaException e) {
      long waited = System.nanoTime() - startedAt;
      if (e instanceof AuthorizationException
          || (e instanceof UnknownTopicOrPartitionException
              && waited > CREATION_SPREADS.toNanos())) {
        throw e;
      } else if (!(e instanceof RetriableException) || waited > timeout.toNanos()) {
        throw unavailable(e);
      }
      return false;
    }
  }

  private TimeoutException unavailable(Exception e) {
    return new TimeoutException(
        "no broker at %s answers for topic %s: %s"
            .formatted(servers, String.join(", ", topics), RootCause.message(e)),
        e);
  }

  /**
   * Returns once the leader of every partition has answered: a broker that lists a partition's
   * offsets hosts it.
   */
  private void ask() throws InterruptedException {
    Map<String, TopicDescription> found = MissingTopics.describe(admin, topics);
    List<TopicPartition> partitions = LogEnds.partitions(found.values());
    KafkaAnswers.get(LogEnds.ask(admin, partitions, IsolationLevel.READ_UNCOMMITTED));
  }

  /** Cancels all waits for pending answers. */
  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
