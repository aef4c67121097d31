package io.pairstream.preprocess.world;

import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.report.Obstacle;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
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

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final WriterSchemas schemas;
  private final List<Condition> conditions;
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
   * @param conditions what must be so before any record is let in; each is asked often and answers
   *     at once
   */
  public Admission(WriterSchemas schemas, List<Condition> conditions) {
    this(schemas, conditions, System::nanoTime);
  }

  /**
   * Admission by another clock.
   *
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  Admission(WriterSchemas schemas, List<Condition> conditions, LongSupplier nanoTime) {
    this.schemas = schemas;
    this.conditions = List.copyOf(conditions);
    this.nanoTime = nanoTime;
  }

  /** Whether any record may be let in. Logs a pause that lasts, and its end. */
  public boolean isOpen() {
    Obstacle obstacle =
        conditions.stream()
            .map(Condition::trouble)
            .flatMap(Optional::stream)
            .findFirst()
            .orElse(Obstacle.NONE);
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

  /**
   * Why no record was let in when it was last asked, or none of some partition for a while; empty
   * where records are.
   */
  public Optional<Obstacle> trouble() {
    Obstacle because = closedBecause;
    if (!because.equals(Obstacle.NONE)) {
      return Optional.of(because);
    }
    List<Map.Entry<TopicPartition, Held>> waiting =
        held.entrySet().stream()
            .filter(one -> nanoTime.getAsLong() - one.getValue().sinceNanos() >= LONG.toNanos())
            .sorted(Comparator.comparing(one -> one.getKey().toString()))
            .toList();
    return waiting.stream()
        .findFirst()
        .map(
            first -> {
              Held record = first.getValue();
              TopicPartition where = first.getKey();
              int more = waiting.size() - 1;
              return more == 0
                  ? Obstacle.known("HELD", HELD, where, record.offset(), record.schemaId())
                  : Obstacle.known(
                      "MORE_HELD",
                      HELD + ", and {3} more like it",
                      where,
                      record.offset(),
                      record.schemaId(),
                      more);
            });
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
    return schemaId.isEmpty() || schemas.of(schemaId.getAsInt()) != WriterSchemas.Verdict.UNDECIDED;
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
    long now = nanoTime.getAsLong();
    return rounds.values().stream()
        .min(Comparator.comparing(since -> since - now))
        .filter(since -> now - since > longest.toNanos())
        .map(
            since ->
                "a stream thread has not asked for records for %d s"
                    .formatted(Duration.ofNanos(now - since).toSeconds()));
  }

  /** Something that must be so before any record is let in. */
  @FunctionalInterface
  public interface Condition {

    /** Why records are held, in words for an operator; empty where they are not. */
    Optional<Obstacle> trouble();
  }
}
