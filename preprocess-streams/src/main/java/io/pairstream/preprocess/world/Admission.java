package io.pairstream.preprocess.world;

import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the topology may be given records now, and which.
 *
 * <p>Thread-safe.
 */
public final class Admission {

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final WriterSchemas schemas;
  private final List<Condition> conditions;
  private final HeldRecords held;
  private volatile String closedBecause = "";

  /**
   * @param schemas which writers' schemas are known
   * @param conditions what must be so before any record is let in; each is asked often and answers
   *     at once
   */
  public Admission(WriterSchemas schemas, List<Condition> conditions) {
    this(schemas, conditions, System::nanoTime);
  }

  /**
   * The same by another clock.
   *
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  Admission(WriterSchemas schemas, List<Condition> conditions, LongSupplier nanoTime) {
    this.schemas = schemas;
    this.conditions = List.copyOf(conditions);
    this.held = new HeldRecords(nanoTime);
  }

  /** Whether any record may be let in. Logs when that changes. */
  public boolean isOpen() {
    String because =
        conditions.stream()
            .map(Condition::trouble)
            .flatMap(Optional::stream)
            .findFirst()
            .orElse("");
    if (!because.equals(closedBecause)) {
      closedBecause = because;
      if (because.isEmpty()) {
        LOG.info("the work goes on");
      } else {
        LOG.warn("the work pauses: {}", because);
      }
    }
    return because.isEmpty();
  }

  /**
   * Why no record was let in when it was last asked, or none of some partition for a while; empty
   * where records are.
   */
  public Optional<String> trouble() {
    String because = closedBecause;
    return because.isEmpty() ? held.trouble() : Optional.of(because);
  }

  /** Partitions of which a record was not {@linkplain #isDecided decided}. */
  HeldRecords held() {
    return held;
  }

  /**
   * Whether this value can be judged now: its writer's schema is known, or known not to exist, or
   * the value names none.
   */
  public boolean isDecided(byte[] value) {
    OptionalInt schemaId = WireFormat.schemaId(value);
    return schemaId.isEmpty() || schemas.of(schemaId.getAsInt()) != WriterSchemas.Verdict.UNDECIDED;
  }

  /** Something that must be so before any record is let in. */
  @FunctionalInterface
  public interface Condition {

    /** What is wrong, in words for an operator; empty where all is well. */
    Optional<String> trouble();
  }
}
