package io.pairstream.curation.actions;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.Scope;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit trail. Connects for each event: there are few, as {@link CountedEvents} counts
 * what could be many. Thread-safe.
 */
public final class ActionLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ActionLog.class);
  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);
  private static final int MOST_WAITING = 1000;
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(RecordSizes.MAX_RECORD, 2 * RecordSizes.MAX_RECORD);

  private final ClusterAccess cluster;
  private final CountedEvents counted;
  private final ExecutorService writer = Threads.pool("action-log", 1, MOST_WAITING);

  public ActionLog(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.counted = new CountedEvents(clock);
  }

  /**
   * Counts an event that changes nothing else, such as a login or a refusal; it is written down
   * where {@link CountedEvents} says so. What Kafka does not take is logged.
   *
   * @param caller whose events are counted together
   */
  public void count(AuditEvent event, Actor actor, String caller) {
    counted.add(event, actor, caller).ifPresent(this::writeLater);
  }

  /**
   * Counts a login, or one that is refused: with all of its address, as a caller that makes up keys
   * makes up their ids too.
   */
  public void countLogin(
      Incoming request, Actor actor, AuditEvent.Outcome outcome, Sentence detail) {
    String address = request.remoteAddress();
    String keyId = outcome == AuditEvent.Outcome.DONE ? actor.keyId() : "";
    count(
        new AuditEvent("login", "", outcome, detail, Map.of("address", address)),
        actor,
        keyId + ' ' + address);
  }

  /**
   * Who acts by a request whose key has the scope review. That another key was refused is on record
   * where {@link #count} says so.
   *
   * @param event what was asked for: {@code quarantine.review}
   */
  public Actor requireReviewer(Incoming request, String event) {
    Principal principal = request.principal();
    Actor actor = new Actor(principal.producer(), principal.keyId());
    if (principal.scopes().contains(Scope.REVIEW)) {
      return actor;
    }
    if (!actor.keyId().isEmpty()) {
      Sentence detail = Template.KEY_NOT_FOR_REVIEWS.with();
      count(
          new AuditEvent(event, "", AuditEvent.Outcome.REFUSED, detail, Map.of()),
          actor,
          actor.keyId());
    }
    throw Problem.lacking(Scope.REVIEW);
  }

  /** Writes down one event, as {@link #write(ClusterAccess, Action)}. */
  public static void writeNow(ClusterAccess cluster, AuditEvent event, Actor actor, Clock clock) {
    write(cluster, event.by(actor, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
  }

  /**
   * Writes an action, in place of what stood under its id, for a command that ends soon.
   *
   * @throws KafkaException where Kafka does not take it
   */
  public static void write(ClusterAccess cluster, Action action) {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    KafkaTimeouts.sendWithin(settings, DELIVERY_TIMEOUT);
    try (RecordPublisher<Action> trail =
        RecordPublisher.open(cluster.topics().actions(), LIMITS, settings)) {
      trail.publish(action.getActionId(), action, "an action").join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException("the record of this action is not written", e.getCause());
    }
  }

  private void writeLater(Action action) {
    try {
      writer.execute(new Write(cluster, action));
    } catch (RejectedExecutionException e) {
      missed(action, e);
    }
  }

  private record Write(ClusterAccess cluster, Action action) implements Runnable {

    @Override
    public void run() {
      try {
        write(cluster, action);
      } catch (RuntimeException e) {
        missed(action, e);
      }
    }
  }

  private static void missed(Action action, RuntimeException failure) {
    LOG.warn("the audit trail misses: {} {}", action.getName(), action.getOutcome(), failure);
  }

  /** Writes what waits, for a few seconds at most; logs what is left. */
  @Override
  public void close() {
    writer.shutdown();
    if (Threads.awaitEnd(writer, Duration.ofSeconds(5))) {
      return;
    }
    for (Runnable left : writer.shutdownNow()) {
      missed(((Write) left).action(), new KafkaException("the service is stopped"));
    }
  }
}
