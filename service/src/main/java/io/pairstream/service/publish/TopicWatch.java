package io.pairstream.service.publish;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaTimeouts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** Asks Kafka from time to time whether topics take records. */
public final class TopicWatch implements AutoCloseable {

  /** A broker that stands still is asked no longer, though the answer may take longer. */
  private static final Duration REQUEST = Duration.ofSeconds(4);

  private final Admin admin;
  private final List<String> topics;
  private final Duration timeout;

  /**
   * @param timeout how long Kafka may take to answer
   */
  public TopicWatch(Map<String, ?> kafkaSettings, List<String> topics, Duration timeout) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    settings.put(
        "request.timeout.ms",
        (int) KafkaTimeouts.ofRequests(kafkaSettings, REQUEST, timeout).toMillis());
    settings.put("default.api.timeout.ms", (int) timeout.toMillis());
    this.admin = AdminClients.create(settings);
    this.topics = List.copyOf(topics);
    this.timeout = timeout;
  }

  /**
   * Whether every partition of every topic has a leader that answers.
   *
   * @throws InterruptedException where the caller is to stop
   */
  public boolean isUp() throws InterruptedException {
    try {
      TopicReadiness.askLeaders(admin, topics, timeout);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
