package io.pairstream.schemas.wire;

import io.pairstream.schemas.Threads;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;

/**
 * The registry's knowledge of other writers' schemas.
 *
 * <p>Three answers differ, because only the second is the record's fault: the registry knows the
 * id; it does not, though it still knows our own; or the registry is down, slow, or empty. Lookups
 * run in the background, so that callers never wait. Thread-safe.
 */
public final class WriterSchemas implements AutoCloseable {

  /** State of knowledge of a schema id. */
  public enum Verdict {
    /** The registry has it. */
    KNOWN,
    /** The registry works and does not have it. */
    UNKNOWN,
    /** The registry cannot say now. */
    UNDECIDED
  }

  /**
   * How long an id counts as unknown before another lookup: its writer may have registered it
   * since.
   */
  private static final Duration UNKNOWN_HOLDS = Duration.ofSeconds(2);

  /**
   * How long an id counts as unknown before any caller has read that answer. A caller comes back
   * when its other work allows, at the latest with the next poll of a consumer that stays in its
   * group; an answer that expired before would be looked up for ever.
   */
  private static final Duration UNREAD_HOLDS = Duration.ofMinutes(5);

  /** Pause between two lookups of an undecided id. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Lookups at once, so that ids without a schema hold up a new one less. */
  private static final int LOOKUPS = 4;

  /** Most ids that are remembered: random ids in hostile records must not fill the memory. */
  private static final int MOST_REMEMBERED = 100_000;

  private final Topic<?> topic;
  private final int ownId;
  private final LongSupplier nanoTime;
  private final Map<Integer, Found> found = new ConcurrentHashMap<>();
  private final Set<Integer> asking = ConcurrentHashMap.newKeySet();
  private final ExecutorService lookups =
      Executors.newFixedThreadPool(LOOKUPS, Threads.daemons("writer-schemas"));

  /**
   * Makes sure that the registry holds our own schema.
   *
   * @param topic its deserializer will read the records; its own schema also shows whether the
   *     registry still holds what it held
   * @throws MissingSchemaException where it does not
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public WriterSchemas(Topic<?> topic) {
    this(topic, System::nanoTime);
  }

  /**
   * Knowledge by another clock.
   *
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  public WriterSchemas(Topic<?> topic, LongSupplier nanoTime) {
    this.topic = topic;
    this.nanoTime = nanoTime;
    this.ownId = topic.requireSchema();
  }

  /**
   * The verdict so far. Starts a lookup in the background where there is none, or an old one. The
   * age of {@link Verdict#UNKNOWN} counts from when it was first given here, so that a caller that
   * comes back late gets it all the same.
   */
  public Verdict of(int schemaId) {
    Verdict verdict = peek(schemaId);
    Found known = found.get(schemaId);
    if (verdict != Verdict.UNDECIDED && known != null && !known.given()) {
      found.replace(schemaId, known, new Found(verdict, nanoTime.getAsLong(), true));
    }
    return verdict;
  }

  /** The verdict so far, as {@link #of}, for a caller that only tells it. */
  public Verdict peek(int schemaId) {
    Found known = found.get(schemaId);
    if (known == null
        || known.isOld(known.given() ? UNKNOWN_HOLDS : UNREAD_HOLDS, nanoTime.getAsLong())) {
      ask(schemaId);
      return Verdict.UNDECIDED;
    }
    return known.verdict();
  }

  /**
   * The verdict for a record that is about to be decoded.
   *
   * <p>After {@link Verdict#KNOWN} the schema is at hand for the deserializer of our subject, which
   * makes no request. Where a verdict has been forgotten or is old, the registry is asked, now.
   */
  public Verdict decide(int schemaId) {
    Found known = found.get(schemaId);
    if (known != null
        && known.verdict() == Verdict.UNKNOWN
        && !known.isOld(UNKNOWN_HOLDS, nanoTime.getAsLong())) {
      return Verdict.UNKNOWN;
    }
    Verdict verdict = lookUp(schemaId);
    remember(schemaId, verdict, true);
    return verdict;
  }

  /**
   * The schema of an id that is {@link Verdict#KNOWN}.
   *
   * @throws RegistryUnavailableException where it was not asked about before, and the registry does
   *     not answer
   */
  public Schema known(int schemaId) {
    return topic.registry().writerSchema(topic.subject(), schemaId);
  }

  /** For the author of a record whose id is {@link Verdict#UNKNOWN}: all that it may mean. */
  public static String whyUnknown(int schemaId) {
    return ("the registry has no Avro schema of id %s for us: none, one of another kind, one "
            + "that we may not see, or one of more than %s types (%s within an array, a map or "
            + "a record that holds itself)")
        .formatted(schemaId, SchemaBounds.MOST_TYPES, SchemaBounds.MOST_REPEATED_TYPES);
  }

  @Override
  public void close() {
    lookups.shutdownNow();
  }

  private void ask(int schemaId) {
    if (asking.add(schemaId)) {
      lookups.execute(
          () -> {
            try {
              Verdict verdict = lookUp(schemaId);
              remember(schemaId, verdict, false);
              if (verdict == Verdict.UNDECIDED) {
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              asking.remove(schemaId);
            }
          });
    }
  }

  private void remember(int schemaId, Verdict verdict, boolean given) {
    if (verdict == Verdict.UNDECIDED) {
      return; // nothing is known, which is no news
    }
    if (found.size() >= MOST_REMEMBERED) {
      found.values().removeIf(entry -> entry.verdict() != Verdict.KNOWN);
    }
    found.put(schemaId, new Found(verdict, nanoTime.getAsLong(), given));
  }

  private Verdict lookUp(int schemaId) {
    try {
      known(schemaId);
      return Verdict.KNOWN;
    } catch (MissingSchemaException e) {
      return registryHoldsOurs() ? Verdict.UNKNOWN : Verdict.UNDECIDED;
    } catch (RegistryUnavailableException e) {
      return Verdict.UNDECIDED;
    }
  }

  /** Whether the registry is still the same one: our schema is registered under the same id. */
  private boolean registryHoldsOurs() {
    try {
      return topic.requireSchema() == ownId;
    } catch (MissingSchemaException | RegistryUnavailableException e) {
      return false;
    }
  }

  /**
   * A lookup's result.
   *
   * @param atNanos time of the result, or of the first caller that read it
   * @param given whether a caller has read it
   */
  private record Found(Verdict verdict, long atNanos, boolean given) {
    boolean isOld(Duration holds, long now) {
      return verdict == Verdict.UNKNOWN && now - atNanos > holds.toNanos();
    }
  }
}
