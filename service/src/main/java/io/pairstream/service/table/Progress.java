package io.pairstream.service.table;

import io.pairstream.schemas.wire.KafkaTimeouts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/** How far a follower has come, and who waits for it to come further. Thread-safe. */
public final class Progress {

  /** Wait that is longer than a request usually lasts: its caller has given up by then. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /** Time in which three of a follower's requests remain unanswered. */
  private static final Duration UNANSWERED = Duration.ofSeconds(15);

  private static final DateTimeFormatter TIME_OF_DAY =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String name;
  private final Duration timeout;
  private final Clock clock;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Set<Waiting> waiting = new HashSet<>();
  private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
  private boolean isCaughtUp;
  private boolean failed;
  private String trouble = "";
  private Instant answeredAt = Instant.EPOCH;
  private Instant wholeAt = Instant.EPOCH;

  /** A caller that waits until each partition's position is at least that of {@code ends}. */
  private record Waiting(Map<TopicPartition, Long> ends, CompletableFuture<Void> reached) {}

  /**
   * @param name what is followed
   * @param timeout longest wait of a caller
   */
  Progress(String name, Duration timeout, Clock clock) {
    this.name = name;
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * Progress whose callers wait for at most a minute, or the settings' time for answers if that is
   * longer.
   */
  static Progress of(String name, Map<String, ?> kafkaSettings, Clock clock) {
    Duration given = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
    return new Progress(name, given.compareTo(TIMEOUT) < 0 ? TIMEOUT : given, clock);
  }

  /** Completes once all is known that the logs held at the beginning. */
  public CompletableFuture<Void> caughtUp() {
    return caughtUp.copy();
  }

  /** Whether all is known that the logs held at the beginning, and no copy is being made again. */
  public synchronized boolean isCaughtUp() {
    return isCaughtUp;
  }

  /** Why the topics are not followed; empty while they are. */
  public synchronized Optional<String> trouble() {
    if (!trouble.isEmpty()) {
      return Optional.of(trouble);
    }
    // A consumer that has lost its broker just finds nothing new.
    return isCaughtUp && answeredAt.plus(UNANSWERED).isBefore(clock.instant())
        ? Optional.of(
            name + " is as of " + TIME_OF_DAY.format(wholeAt) + " UTC: the broker does not answer")
        : Optional.empty();
  }

  /** Trouble that is a bug of ours; empty where there is none. */
  public synchronized Optional<String> fault() {
    return failed ? Optional.of(trouble) : Optional.empty();
  }

  /**
   * When the table held all that the log held, as far as that is known; 1970 where it never did.
   */
  synchronized Instant wholeAt() {
    return wholeAt;
  }

  /** Notes a time at which brokers have said where the log ends, on every partition. */
  synchronized void noteAnswer(Instant at) {
    answeredAt = later(answeredAt, at);
  }

  /** Notes a time as of which the table holds all that the log held. */
  synchronized void noteWhole(Instant at) {
    wholeAt = later(wholeAt, at);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** Fails with a {@link java.util.concurrent.TimeoutException} where it takes too long. */
  synchronized CompletableFuture<Void> reachedAll(Map<TopicPartition, Long> ends) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    Waiting one = new Waiting(ends, reached);
    if (isReached(one)) {
      return CompletableFuture.completedFuture(null);
    }
    waiting.add(one);
    return reached
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((done, failure) -> forget(one));
  }

  private synchronized void forget(Waiting one) {
    waiting.remove(one);
  }

  private boolean isReached(Waiting one) {
    return one.ends().entrySet().stream()
        .allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
  }

  /** Notes positions; they go back where a copy is made again. */
  void moveTo(Map<TopicPartition, Long> now) {
    List<Waiting> arrived;
    synchronized (this) {
      positions.putAll(now);
      arrived = new ArrayList<>(waiting);
      arrived.removeIf(one -> !isReached(one));
    }
    arrived.forEach(one -> one.reached().complete(null));
  }

  /**
   * The table holds all that the log held when it was first asked.
   *
   * @param since when that was
   */
  void noteCaughtUp(Instant since) {
    synchronized (this) {
      isCaughtUp = true;
      noteAnswer(since);
      noteWhole(since);
    }
    caughtUp.complete(null);
  }

  synchronized void noteRestart() {
    isCaughtUp = false;
    wholeAt = Instant.EPOCH;
    positions.clear();
  }

  /**
   * Notes a trouble.
   *
   * @param byUs whether it is a bug of ours
   * @return whether it is new
   */
  synchronized boolean noteTrouble(String what, boolean byUs) {
    boolean isNew = trouble.isEmpty() || (byUs && !failed);
    trouble = what;
    failed |= byUs;
    return isNew;
  }

  /** Notes the end of any trouble. @return whether there was one */
  synchronized boolean clearTrouble() {
    boolean was = !trouble.isEmpty();
    trouble = "";
    failed = false;
    return was;
  }

  /** How many wait. */
  synchronized int waiting() {
    return waiting.size();
  }
}
