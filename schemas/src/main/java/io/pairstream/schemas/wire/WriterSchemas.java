package io.pairstream.schemas.wire;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
    /** The registry has it; records with it can be decoded without asking again. */
    KNOWN,
    /** The registry works and does not have it. */
    UNKNOWN,
    /** The registry cannot say now. */
    UNDECIDED
  }

  /** After this long an unknown id is asked for again: its writer may have registered it since. */
  private static final Duration UNKNOWN_HOLDS = Duration.ofSeconds(30);

  /** Between two questions about an undecided id. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Random ids in hostile records must not fill the memory. */
  private static final int MOST_REMEMBERED = 100_000;

  private final Registry registry;
  private final String ownSubject;
  private final Schema ownSchema;
  private final int ownId;
  private final Map<Integer, Found> found = new ConcurrentHashMap<>();
  private final Set<Integer> asking = ConcurrentHashMap.newKeySet();
  private final ExecutorService lookups =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "writer-schemas");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param ownSubject a subject of ours, by which to tell whether the registry still holds what it
   *     held
   * @param ownSchema the schema that stands there
   * @throws MissingSchemaException where it does not
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public WriterSchemas(Registry registry, String ownSubject, Schema ownSchema) {
    this.registry = registry;
    this.ownSubject = ownSubject;
    this.ownSchema = ownSchema;
    this.ownId = registry.idOf(ownSubject, ownSchema);
  }

  /**
   * The verdict so far. Starts a lookup in the background where there is none yet, or an old one.
   */
  public Verdict of(int schemaId) {
    Found known = found.get(schemaId);
    if (known == null || known.isOld()) {
      ask(schemaId);
    }
    return known == null ? Verdict.UNDECIDED : known.verdict();
  }

  /**
   * The verdict for a record that is being processed: the one given when the record was let in, or,
   * where there is none, one that is found out now.
   */
  public Verdict decide(int schemaId) {
    Found known = found.get(schemaId);
    if (known != null && known.verdict() != Verdict.UNDECIDED) {
      return known.verdict();
    }
    Verdict verdict = lookUp(schemaId);
    remember(schemaId, verdict);
    return verdict;
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
              if (verdict == Verdict.UNDECIDED) {
                // An older verdict still stands: it was given while the registry worked.
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
              } else {
                remember(schemaId, verdict);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              asking.remove(schemaId);
            }
          });
    }
  }

  private void remember(int schemaId, Verdict verdict) {
    if (found.size() >= MOST_REMEMBERED) {
      found.values().removeIf(entry -> entry.verdict() != Verdict.KNOWN);
    }
    found.put(schemaId, new Found(verdict, System.nanoTime()));
  }

  private Verdict lookUp(int schemaId) {
    try {
      registry.client().getSchemaById(schemaId);
      return Verdict.KNOWN;
    } catch (RestClientException e) {
      return e.getStatus() == 404 && registryHoldsOurs() ? Verdict.UNKNOWN : Verdict.UNDECIDED;
    } catch (IOException e) {
      // The client says so of a schema that it cannot parse, such as one that is not Avro.
      boolean notAvro = String.valueOf(e.getMessage()).startsWith("Invalid schema");
      return notAvro && registryHoldsOurs() ? Verdict.UNKNOWN : Verdict.UNDECIDED;
    } catch (RuntimeException e) {
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

  private record Found(Verdict verdict, long atNanos) {
    boolean isOld() {
      return switch (verdict) {
        case KNOWN -> false;
        case UNKNOWN -> System.nanoTime() - atNanos > UNKNOWN_HOLDS.toNanos();
        case UNDECIDED -> true;
      };
    }
  }
}
