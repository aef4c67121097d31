package io.pairstream.feed.record;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.WireFormat;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * How to read the records of each writer of a topic, made once for each schema. Thread-safe.
 *
 * @param <P> what says how to read
 */
final class PlanByWriter<P> {

  private final Registry registry;
  private final String subject;
  private final Planner<P> planner;
  private final Map<Integer, P> plans = new ConcurrentHashMap<>();

  /**
   * @param topic full name of the topic, whose subject holds the writers' schemas
   */
  PlanByWriter(Registry registry, String topic, Planner<P> planner) {
    this.registry = registry;
    this.subject = topic + "-value";
    this.planner = planner;
  }

  /** Says how to read what was written with a schema, which is a record's. */
  interface Planner<P> {

    P plan(Schema writer) throws MalformedSampleException;
  }

  /**
   * How to read a value, which begins behind {@link WireFormat#PREFIX_BYTES}.
   *
   * @throws MalformedSampleException where the value is not in the wire format, or not a record
   * @throws RegistryUnavailableException where the registry cannot be asked for the writer's schema
   */
  P of(byte[] value) throws MalformedSampleException {
    OptionalInt schemaId = WireFormat.schemaId(value);
    if (schemaId.isEmpty()) {
      throw new MalformedSampleException("not Avro in Confluent wire format");
    }
    P known = plans.get(schemaId.getAsInt());
    if (known == null) {
      Schema writer = schema(schemaId.getAsInt());
      if (writer.getType() != Schema.Type.RECORD) {
        throw new MalformedSampleException("written as " + writer.getType() + ", not as a record");
      }
      known = planner.plan(writer);
      plans.put(schemaId.getAsInt(), known);
    }
    return known;
  }

  private Schema schema(int schemaId) throws MalformedSampleException {
    try {
      return registry.writerSchema(subject, schemaId);
    } catch (MissingSchemaException e) {
      throw new MalformedSampleException(e.getMessage());
    }
  }
}
