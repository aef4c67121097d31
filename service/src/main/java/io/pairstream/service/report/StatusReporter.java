package io.pairstream.service.report;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what a process says of itself, every few seconds, on a thread of its own.
 *
 * <p>It never hurts the service: while the broker or the registry is away, or the topic is missing,
 * a report is skipped, and at most one is in flight. {@link #close} says by a tombstone that the
 * end is an orderly one, and waits at most {@link #CLOSE_WITHIN} for Kafka to take it.
 */
public final class StatusReporter implements AutoCloseable {

  /** The longest that closing takes. */
  public static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 2 * 1024 * 1024);

  /** Time after which an undelivered report is stale, and given up. */
  private static final Duration DELIVERY = Duration.ofSeconds(10);

  private final SelfReport report;
  private final Topic<InstanceStatus> topic;
  private final Map<String, Object> kafkaSettings;
  private final Duration delivery;
  private final Duration interval;
  private final Duration closeWithin;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean ends;
  private volatile String trouble = "";

  StatusReporter(
      SelfReport report,
      Topic<InstanceStatus> topic,
      Map<String, ?> kafkaSettings,
      Duration interval,
      Duration closeWithin) {
    this.report = report;
    this.topic = topic;
    this.kafkaSettings = new HashMap<>(kafkaSettings);
    this.delivery = KafkaTimeouts.sendWithin(this.kafkaSettings, DELIVERY);
    this.kafkaSettings.remove("transactional.id");
    this.kafkaSettings.put("client.id", report.service() + "-report");
    this.interval = interval;
    this.closeWithin = closeWithin;
    this.thread = Threads.daemon("report", this::reportForever);
    thread.start();
  }

  /**
   * Begins to report.
   *
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public static StatusReporter start(
      SelfReport report, Topic<InstanceStatus> topic, Map<String, ?> kafkaSettings) {
    return new StatusReporter(report, topic, kafkaSettings, SelfReport.INTERVAL, CLOSE_WITHIN);
  }

  /** Says that the process ends, if Kafka is there to hear it. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(closeWithin.toMillis() / 2);
      if (thread.isAlive() && !ends) {
        // It waits for Kafka or for the registry.
        thread.interrupt();
        thread.join(closeWithin.toMillis() / 2);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reportForever() {
    RecordPublisher<InstanceStatus> publisher = null;
    try {
      do {
        try {
          if (publisher == null) {
            publisher = RecordPublisher.open(topic, LIMITS, kafkaSettings);
          }
          await(publisher.publish(report.key(), report.now(), "the report of " + report.key()));
          trouble("");
        } catch (InterruptException e) {
          throw e;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
          // The world's, or a fault of ours; either is tried again, and the service continues.
          trouble(RootCause.message(e));
        }
      } while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException | InterruptException e) {
      LOG.debug("the last report of {} is waited for no longer", report.key());
    } finally {
      if (publisher != null) {
        end(publisher);
      }
    }
  }

  /**
   * Removes the process's report, even while another one is pending: that one arrives first, and
   * would stay without the removal.
   */
  private void end(RecordPublisher<InstanceStatus> publisher) {
    ends = true;
    // Kafka's own exception leaves the thread interrupted, as which it could wait for nothing.
    Thread.interrupted();
    try {
      try {
        await(publisher.remove(report.key(), report.key()));
      } finally {
        publisher.abort();
      }
    } catch (InterruptedException | ExecutionException | TimeoutException | KafkaException e) {
      LOG.debug("the end of {} cannot be reported: {}", report.key(), e.toString());
    }
  }

  private void await(Future<?> sent)
      throws InterruptedException, ExecutionException, TimeoutException {
    sent.get(delivery.toMillis() * 2, TimeUnit.MILLISECONDS);
  }

  private void trouble(String what) {
    if (trouble.isEmpty() && !what.isEmpty()) {
      LOG.info("this process cannot be reported on {} now: {}", topic.name(), what);
    } else if (!trouble.isEmpty() && what.isEmpty()) {
      LOG.info("this process is reported on {} again", topic.name());
    }
    trouble = what;
  }

  /** Why the process cannot report; empty where it can. */
  String trouble() {
    return trouble;
  }

  /** Whether nothing is done any more. */
  boolean hasEnded() {
    return !thread.isAlive();
  }
}
