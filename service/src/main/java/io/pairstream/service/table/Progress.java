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

  /** Longer than a request usually lasts: whoever asked has given up by then. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /** Three questions of a follower are without an answer. */
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

  /** Somebody who waits until each partition's position is at least that of {@code ends}. */
  private record Waiting(Map<TopicPartition, Long> ends, CompletableFuture<Void> reached) {}

  /**
   * @param name what is followed
   * @param timeout how long somebody waits at most
   */
  Progress(String name, Duration timeout, Clock clock) {
    this.name = name;
    this.timeout = timeout;
    this.clock = clock;
  }

  /** One that waits for a minute, or as long as the settings let answers take. */
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

  /** What is wrong by a fault of ours; empty where nothing is. */
  public synchronized Optional<String> fault() {
    return failed ? Optional.of(trouble) : Optional.empty();
  }

  /**
   * When the table held all that the log held, as far as that is known; 1970 where it never did.
   */
  synchronized Instant wholeAt() {
    return wholeAt;
  }

  /** Brokers have said at that time where the log ends, on every partition. */
  synchronized void isAnswered(Instant at) {
    answeredAt = later(answeredAt, at);
  }

  /** The table holds all that the log held at that time. */
  synchronized void isWhole(Instant at) {
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
  void nowCaughtUp(Instant since) {
    synchronized (this) {
      isCaughtUp = true;
      isAnswered(since);
      isWhole(since);
    }
    caughtUp.complete(null);
  }

  synchronized void isMadeAgain() {
    isCaughtUp = false;
    wholeAt = Instant.EPOCH;
    positions.clear();
  }

  /** Notes what is wrong; returns whether nothing was before. */
  synchronized boolean hasTrouble(String what, boolean byUs) {
    boolean isNew = trouble.isEmpty() || (byUs && !failed);
    trouble = what;
    failed |= byUs;
    return isNew;
  }

  /** Nothing is wrong any more; returns whether something was. */
  synchronized boolean hasNoTrouble() {
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
