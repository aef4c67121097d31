package io.pairstream.schemas.wire;

import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Decodes a topic's values, and distinguishes a bad record from a failing registry.
 *
 * <p>Asks the registry only about schema ids that it has not seen yet. Thread-safe.
 *
 * @param <T> the records
 * @param ownSchema our schema of the records; where the registry does not hold it, the registry is
 *     not the one that it was
 */
public record RecordDecoder<T extends SpecificRecord>(
    Topic<String, T> topic, Schema ownSchema, Registry registry) {

  /** Reads the values of a topic of that full name into a generated class. */
  public static <T extends SpecificRecord> RecordDecoder<T> of(
      Class<T> type, String topic, Registry registry) {
    return new RecordDecoder<>(
        new Topic<>(topic, Serdes.String(), new AvroSerdes(registry).of(type, topic)),
        SpecificData.get().getSchema(type),
        registry);
  }

  /**
   * The record that a value holds; empty where it holds none, whatever the registry says.
   *
   * @throws RegistryUnavailableException where the registry does not answer
   * @throws MissingSchemaException where the registry holds neither the writer's schema nor ours
   */
  public Optional<T> decode(byte[] value) {
    OptionalInt schemaId = WireFormat.schemaId(value);
    if (schemaId.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> read = tryToRead(value);
    if (read.isPresent()) {
      return read;
    }
    if (isKnown(schemaId.getAsInt())) {
      // The registry may not have answered a moment ago; now the schema is at hand.
      return tryToRead(value);
    }
    registry.idOf(subject(), ownSchema);
    return Optional.empty();
  }

  private Optional<T> tryToRead(byte[] value) {
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), value));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }

  private boolean isKnown(int schemaId) {
    try {
      registry.writerSchema(subject(), schemaId);
      return true;
    } catch (MissingSchemaException e) {
      return false;
    }
  }

  private String subject() {
    return topic.name() + "-value";
  }
}
