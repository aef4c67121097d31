package io.pairstream.preprocess.world;

import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.schemas.wire.WriterSchemas.Verdict;
import io.pairstream.service.report.Obstacle;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the topology may be given records now, and which.
 *
 * <p>Thread-safe.
 */
public final class Admission {

  /**
   * From when on a partition that waits for the registry waits for more than a lookup, and a pause
   * is longer than a worker's start.
   */
  static final Duration LONG = Duration.ofSeconds(5);

  /** How long workers may take to start, on a busy machine, before that is worth a warning. */
  static final Duration START = Duration.ofMinutes(1);

  private static final String HELD =
      "{0} stands still at offset {1}: the registry does not say whether it has schema id {2}";

  private static final String BUSY =
      "partitions wait for a stream thread, which has not asked for records for {0} s";

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final WriterSchemas schemas;
  private final List<Supplier<Optional<Obstacle>>> conditions;
  private final LongSupplier nanoTime;
  private final Map<TopicPartition, Held> held = new ConcurrentHashMap<>();

  /** By consumer: time of its last poll, in nanoseconds of the clock. */
  private final Map<Object, Long> rounds = new ConcurrentHashMap<>();

  private volatile Obstacle closedBecause = Obstacle.NONE;
  private volatile long closedSince;
  private volatile String logged = "";
  private volatile boolean wasOpen;

  /**
   * @param schemas which writers' schemas are known
   * @param conditions what must be so before any record is let in: each says why records are held,
   *     or nothing where they are not; it is asked often and answers at once
   */
  public Admission(WriterSchemas schemas, List<Supplier<Optional<Obstacle>>> conditions) {
    this(schemas, conditions, System::nanoTime);
  }

  /**
   * Admission by another clock.
   *
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  Admission(
      WriterSchemas schemas, List<Supplier<Optional<Obstacle>>> conditions, LongSupplier nanoTime) {
    this.schemas = schemas;
    this.conditions = List.copyOf(conditions);
    this.nanoTime = nanoTime;
  }

  /** Whether any record may be let in. Logs a pause that lasts, and its end. */
  public boolean isOpen() {
    Obstacle obstacle = conditionsNow();
    String because = obstacle.text();
    if (!obstacle.equals(closedBecause)) {
      closedBecause = obstacle;
      closedSince = nanoTime.getAsLong();
    }
    wasOpen |= because.isEmpty();
    Duration limit = wasOpen ? LONG : START;
    boolean lasts = !because.isEmpty() && nanoTime.getAsLong() - closedSince >= limit.toNanos();
    if (lasts && !because.equals(logged)) {
      logged = because;
      LOG.warn("the work pauses: {}", because);
    } else if (because.isEmpty() && !logged.isEmpty()) {
      logged = "";
      LOG.info("the work goes on");
    }
    return because.isEmpty();
  }

  private Obstacle conditionsNow() {
    return conditions.stream()
        .map(Supplier::get)
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(Obstacle.NONE);
  }

  /**
   * Why no record is let in now, or none of some partition for a while; empty where records are.
   * Conditions and schemas are asked anew, because a thread may not have polled since.
   */
  public Optional<Obstacle> trouble() {
    Obstacle because = conditionsNow();
    if (!because.equals(Obstacle.NONE)) {
      return Optional.of(because);
    }
    List<Map.Entry<TopicPartition, Held>> waiting =
        held.entrySet().stream()
            .filter(one -> nanoTime.getAsLong() - one.getValue().sinceNanos() >= LONG.toNanos())
            .sorted(Comparator.comparing(one -> one.getKey().toString()))
            .toList();
    return waiting.stream()
        .filter(one -> schemas.peek(one.getValue().schemaId()) == Verdict.UNDECIDED)
        .findFirst()
        .map(
            one ->
                Obstacle.known(
                    "HELD", HELD, one.getKey(), one.getValue().offset(), one.getValue().schemaId()))
        .or(
            () ->
                restsFor(LONG)
                    .filter(seconds -> !waiting.isEmpty())
                    .map(seconds -> Obstacle.known("THREAD_BUSY", BUSY, seconds)));
  }

  /** A record that pauses its partition, because it is not {@linkplain #isDecided decided}. */
  private record Held(long offset, int schemaId, long sinceNanos) {}

  /** Notes that a partition waits at a record; again each time that it is found there. */
  void hold(TopicPartition partition, long offset, int schemaId) {
    held.merge(
        partition,
        new Held(offset, schemaId, nanoTime.getAsLong()),
        (before, now) -> before.offset() == offset ? before : now);
  }

  /** Notes that a partition's next record may pass, or that the partition is no longer ours. */
  void release(TopicPartition partition) {
    held.remove(partition);
  }

  /**
   * Whether this value can be judged now: its writer's schema is known, or known not to exist, or
   * the value names none.
   */
  public boolean isDecided(byte[] value) {
    OptionalInt schemaId = WireFormat.schemaId(value);
    return schemaId.isEmpty() || schemas.of(schemaId.getAsInt()) != Verdict.UNDECIDED;
  }

  /** Notes that a consumer asks for records. */
  void round(Object consumer) {
    rounds.put(consumer, nanoTime.getAsLong());
  }

  /** Notes that a consumer will not ask for records any more. */
  void leaves(Object consumer) {
    rounds.remove(consumer);
  }

  /**
   * A stream thread that has stopped polling, in words; empty where all poll.
   *
   * @param longest how long a thread may be at work between two polls
   */
  public Optional<String> standsStill(Duration longest) {
    return restsFor(longest).map("a stream thread has not asked for records for %d s"::formatted);
  }

  private Optional<Long> restsFor(Duration longest) {
    long now = nanoTime.getAsLong();
    return rounds.values().stream()
        .map(since -> now - since)
        .max(Comparator.naturalOrder())
        .filter(nanos -> nanos > longest.toNanos())
        .map(nanos -> Duration.ofNanos(nanos).toSeconds());
  }
}
