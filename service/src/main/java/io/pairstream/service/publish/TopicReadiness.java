package io.pairstream.service.publish;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.RootCause;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Waits until a topic takes records.
 *
 * <p>An idempotent producer loses records on a partition whose leader does not host it yet: the
 * first batch fails, the next is accepted, and the first then never fits its sequence again
 * (KAFKA-15591).
 */
final class TopicReadiness {

  /** How long a topic that was created a moment ago may stay unknown to a broker. */
  private static final Duration CREATION_SPREADS = Duration.ofSeconds(5);

  private static final Duration REQUEST = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Map<String, ?> clientSettings;
  private final Duration timeout;

  /**
   * @param clientSettings of Kafka's clients, with {@code bootstrap.servers}
   * @param timeout how long to wait for a broker and for the topic's leaders
   */
  TopicReadiness(Map<String, ?> clientSettings, Duration timeout) {
    this.clientSettings = clientSettings;
    this.timeout = timeout;
  }

  /**
   * Returns once every partition of the topic has a leader that hosts it.
   *
   * @throws MissingTopicException where there is no such topic
   * @throws BrokerUnavailableException where no broker answers, or a leader is missing
   */
  void await(String topic) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    // A broker that stands still may be asked twice, by its address and by its id.
    settings.put(
        "request.timeout.ms",
        (int) KafkaTimeouts.ofRequests(clientSettings, REQUEST, timeout.dividedBy(3)).toMillis());
    settings.put("default.api.timeout.ms", (int) timeout.toMillis());
    try {
      Admin admin = AdminClients.create(settings);
      try {
        await(admin, topic);
      } finally {
        // Nobody waits any more for what is not answered yet.
        admin.close(Duration.ZERO);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(topic, e);
    } catch (KafkaException e) {
      throw unavailable(topic, e);
    }
  }

  private void await(Admin admin, String topic) throws InterruptedException {
    long startedAt = System.nanoTime();
    while (true) {
      Duration waited = Duration.ofNanos(System.nanoTime() - startedAt);
      try {
        Duration left = Duration.ofMillis(Math.max(1, timeout.minus(waited).toMillis()));
        askLeaders(admin, List.of(topic), left);
        return;
      } catch (TimeoutException e) {
        throw unavailable(topic, "not within " + timeout.toSeconds() + " s", e);
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof UnknownTopicOrPartitionException
            && waited.compareTo(CREATION_SPREADS) > 0) {
          throw new MissingTopicException(topic);
        }
        if (!(cause instanceof RetriableException) || waited.compareTo(timeout) > 0) {
          throw unavailable(topic, cause);
        }
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
  }

  /**
   * Returns once the leader of every partition of every topic has answered: one that lists its
   * partition's offsets hosts it.
   *
   * @param timeout for each of two questions
   * @throws ExecutionException with what Kafka answers where a topic or a leader is missing
   * @throws TimeoutException where there is no answer in time
   */
  static void askLeaders(Admin admin, List<String> topics, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    admin
        .describeTopics(topics)
        .allTopicNames()
        .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(
                        one ->
                            ends.put(
                                new TopicPartition(name, one.partition()), OffsetSpec.latest())));
    var unused = admin.listOffsets(ends).all().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private BrokerUnavailableException unavailable(String topic, Throwable cause) {
    return unavailable(topic, RootCause.message(cause), cause);
  }

  private BrokerUnavailableException unavailable(String topic, String why, Throwable cause) {
    return new BrokerUnavailableException(
        "no broker at "
            + clientSettings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
            + " answers for topic "
            + topic
            + ": "
            + why,
        cause);
  }
}
