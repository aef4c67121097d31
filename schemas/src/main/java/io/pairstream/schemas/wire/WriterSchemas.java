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
 * What the registry knows of the schemas with which others write.
 *
 * <p>Three answers are told apart, because a record may be blamed only for the second: the registry
 * knows the id; it does not, though it still knows our own; or nobody can say, because the registry
 * is down, slow, or empty. Lookups run in the background, so that whoever asks never waits.
 * Thread-safe.
 */
public final class WriterSchemas implements AutoCloseable {

  /** What is known of a schema id. */
  public enum Verdict {
    /** The registry has it. */
    KNOWN,
    /** The registry works and does not have it. */
    UNKNOWN,
    /** The registry cannot say now. */
    UNDECIDED
  }

  /** An unknown id is asked for again after this: its writer may have registered it since. */
  private static final Duration UNKNOWN_HOLDS = Duration.ofSeconds(2);

  /**
   * The same before anybody was told that the id is unknown. Who asked comes back for the verdict
   * when his other work allows, at the latest with the next poll of a consumer that stays in its
   * group; where it was too old for him by then, he would ask for ever.
   */
  private static final Duration UNTOLD_HOLDS = Duration.ofMinutes(5);

  /** Between two questions about an undecided id. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Random ids in hostile records must not fill the memory. */
  private static final int MOST_REMEMBERED = 100_000;

  private final Registry registry;
  private final String ownSubject;
  private final Schema ownSchema;
  private final int ownId;
  private final LongSupplier nanoTime;
  private final Map<Integer, Found> found = new ConcurrentHashMap<>();
  private final Set<Integer> asking = ConcurrentHashMap.newKeySet();
  private final ExecutorService lookups =
      Executors.newSingleThreadExecutor(Threads.daemons("writer-schemas"));

  /**
   * Makes sure that the registry holds our own schema.
   *
   * @param ownSubject the subject of the deserializer that will read the records; it also tells
   *     whether the registry still holds what it held
   * @param ownSchema the schema that stands there
   * @throws MissingSchemaException where it does not
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public WriterSchemas(Registry registry, String ownSubject, Schema ownSchema) {
    this(registry, ownSubject, ownSchema, System::nanoTime);
  }

  /**
   * The same by another clock.
   *
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  public WriterSchemas(
      Registry registry, String ownSubject, Schema ownSchema, LongSupplier nanoTime) {
    this.registry = registry;
    this.ownSubject = ownSubject;
    this.ownSchema = ownSchema;
    this.nanoTime = nanoTime;
    this.ownId = registry.idOf(ownSubject, ownSchema);
  }

  /**
   * The verdict so far. Starts a lookup in the background where there is none, or an old one. The
   * age of {@link Verdict#UNKNOWN} counts from when it was first given here, so that whoever comes
   * back late gets it all the same.
   */
  public Verdict of(int schemaId) {
    Found known = found.get(schemaId);
    long now = nanoTime.getAsLong();
    if (known == null || known.isOld(known.told() ? UNKNOWN_HOLDS : UNTOLD_HOLDS, now)) {
      ask(schemaId);
      return Verdict.UNDECIDED;
    }
    if (!known.told()) {
      boolean unused = found.replace(schemaId, known, new Found(known.verdict(), now, true));
    }
    return known.verdict();
  }

  /**
   * The verdict for a record that is about to be decoded.
   *
   * <p>After {@link Verdict#KNOWN} the schema is at hand for the deserializer of our subject, which
   * then asks nobody. Where a verdict has been forgotten or is old, the registry is asked, now.
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
   * @throws RegistryUnavailableException where it was not asked about before, and nobody answers
   */
  public Schema known(int schemaId) {
    return registry.writerSchema(ownSubject, schemaId);
  }

  /** For the author of a record whose id is {@link Verdict#UNKNOWN}: all that it may mean. */
  public static String whyUnknown(int schemaId) {
    return ("the registry has no Avro schema of id %s for us: none, one of another kind, one "
            + "that we may not see, or one of more than %s types (%s within an array, a map or "
            + "a record that holds itself)")
        .formatted(schemaId, BoundedAvroSchemas.MOST_TYPES, BoundedAvroSchemas.MOST_REPEATED_TYPES);
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

  private void remember(int schemaId, Verdict verdict, boolean told) {
    if (verdict == Verdict.UNDECIDED) {
      return; // nothing is known, which is no news
    }
    if (found.size() >= MOST_REMEMBERED) {
      found.values().removeIf(entry -> entry.verdict() != Verdict.KNOWN);
    }
    found.put(schemaId, new Found(verdict, nanoTime.getAsLong(), told));
  }

  private Verdict lookUp(int schemaId) {
    try {
      Schema unused = registry.writerSchema(ownSubject, schemaId);
      return Verdict.KNOWN;
    } catch (MissingSchemaException e) {
      return registryHoldsOurs() ? Verdict.UNKNOWN : Verdict.UNDECIDED;
    } catch (RegistryUnavailableException e) {
      return Verdict.UNDECIDED;
    }
  }

  /** Whether the registry is the one that it was: our schema stands there under the same id. */
  private boolean registryHoldsOurs() {
    try {
      return registry.idOf(ownSubject, ownSchema) == ownId;
    } catch (MissingSchemaException | RegistryUnavailableException e) {
      return false;
    }
  }

  /**
   * An answer.
   *
   * @param atNanos when it came, or was first told
   */
  private record Found(Verdict verdict, long atNanos, boolean told) {
    boolean isOld(Duration holds, long now) {
      return verdict == Verdict.UNKNOWN && now - atNanos > holds.toNanos();
    }
  }
}
