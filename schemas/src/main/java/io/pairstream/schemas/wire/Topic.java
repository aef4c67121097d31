package io.pairstream.schemas.wire;

import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;

/**
 * A topic whose keys are text, together with the only serdes that anyone may use on it.
 *
 * @param schema our schema of its values
 * @param registry holds the schemas of its values
 */
public record Topic<V>(
    String name, Serde<String> key, Serde<V> value, Schema schema, Registry registry) {

  /** The registry's subject of the values' schemas. */
  public String subject() {
    return name + "-value";
  }

  /** A record of it in bytes, for a producer of several topics. */
  public ProducerRecord<byte[], byte[]> record(String recordKey, V recordValue) {
    return new ProducerRecord<>(
        name,
        key.serializer().serialize(name, recordKey),
        value.serializer().serialize(name, recordValue));
  }

  /**
   * Makes sure that the registry holds our schema, as {@link Registry#idOf} does.
   *
   * @return the schema's id
   * @throws MissingSchemaException where the registry does not hold it
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public int requireSchema() {
    return registry.idOf(subject(), schema);
  }

  /**
   * Content of a value; null where there is none.
   *
   * @throws SerializationException where it is no such record, or the registry cannot be asked
   */
  public V read(byte[] bytes) {
    return value.deserializer().deserialize(name, bytes);
  }

  /**
   * Content of a value; empty where there is none, or it is no such record, whatever the registry
   * says. Asks the registry only about schema ids that it has not seen yet.
   *
   * @throws RegistryUnavailableException where the registry does not answer
   * @throws MissingSchemaException where the registry holds neither the writer's schema nor ours
   */
  public Optional<V> decode(byte[] bytes) {
    if (WireFormat.schemaId(bytes).isEmpty()) {
      return Optional.empty();
    }
    Optional<V> read = readable(bytes);
    if (read.isPresent()) {
      return read;
    }
    if (!registry.isOfUnknownSchema(subject(), bytes)) {
      // The registry may not have answered a moment ago; now the schema is at hand.
      return readable(bytes);
    }
    // Where it does not hold ours either, it is not the one that it was.
    requireSchema();
    return Optional.empty();
  }

  private Optional<V> readable(byte[] bytes) {
    try {
      return Optional.of(read(bytes));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }
}
