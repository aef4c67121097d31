package io.pairstream.schemas.wire;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Confluent's Avro serializer and deserializer, set up once for the whole product.
 *
 * <p>Nothing is registered on the way: the registry must already hold exactly the schema text of
 * the generated class, without Java's own properties. Values are read into our own classes whatever
 * the writer called its schema. All serdes share one of each, since what they are set up with is
 * the same for all topics and setting them up is slow, and so one cache of schemas. Thread-safe.
 */
public final class AvroSerdes {

  private static final Map<String, Object> CONFIG =
      Map.of(
          // The serializer insists on an address even where it is handed a client.
          "schema.registry.url", "mock://unused",
          "auto.register.schemas", false,
          "use.latest.version", false,
          "avro.remove.java.properties", true,
          "specific.avro.reader", true);

  private final Registry registry;
  private final KafkaAvroSerializer serializer;
  private final KafkaAvroDeserializer deserializer;

  public AvroSerdes(Registry registry) {
    this.registry = registry;
    SchemaRegistryClient client = registry.client();
    serializer = new KafkaAvroSerializer(client);
    serializer.configure(CONFIG, false);
    deserializer = new KafkaAvroDeserializer(client);
    deserializer.configure(CONFIG, false);
  }

  /**
   * A topic whose values are of a generated class.
   *
   * <p>The values' serde stays with that topic's subject wherever it is used: a store keeps
   * receipts in the very bytes of the receipts topic, and registers no subject of its own. Its
   * deserializer throws {@link SerializationException} for bytes that are not in the wire format or
   * do not fit the class, whatever their writer's schema is, and where the registry cannot be
   * asked.
   */
  public <T extends SpecificRecord> Topic<T> topic(Class<T> type, String name) {
    Schema schema = SpecificData.get().getSchema(type);
    Serde<T> values =
        Serdes.serdeFrom(
            new WriteAs<>(serializer, new SpecificDatumWriter<>(type), name),
            new ReadAs<>(deserializer, schema, type, name));
    return new Topic<>(name, Serdes.String(), values, schema, registry);
  }

  /**
   * Serializer of one class. Confluent's writes the first record, and so finds the schema's id;
   * written by it, each further one would be looked up twice in a cache that a lock guards.
   */
  private static final class WriteAs<T extends SpecificRecord> implements Serializer<T> {

    private final KafkaAvroSerializer inner;
    private final DatumWriter<T> writer;
    private final String topic;

    /** First bytes of every record; empty before the first one. */
    private volatile byte[] prefix = {};

    /** Bytes that are made room for: some more than the last record had. */
    private volatile int room;

    WriteAs(KafkaAvroSerializer inner, DatumWriter<T> writer, String topic) {
      this.inner = inner;
      this.writer = writer;
      this.topic = topic;
    }

    @Override
    public byte[] serialize(String ignored, T value) {
      if (value == null) {
        return null;
      }
      if (prefix.length == 0) {
        byte[] first = first(value);
        prefix = Arrays.copyOf(first, WireFormat.PREFIX_BYTES);
        return first;
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream(room);
      out.writeBytes(prefix);
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      try {
        writer.write(value, encoder);
        encoder.flush();
      } catch (IOException | RuntimeException e) {
        throw new SerializationException("cannot be written: " + RootCause.message(e), e);
      }
      room = out.size() + out.size() / 8;
      return out.toByteArray();
    }

    private byte[] first(T value) {
      try {
        return inner.serialize(topic, value);
      } catch (SerializationException | InterruptException e) {
        throw e;
      } catch (RuntimeException e) {
        // So the client tells of a registry that accepts a connection and does not answer.
        throw new SerializationException("cannot be written: " + RootCause.message(e), e);
      }
    }
  }

  /** Deserializer into one class, whichever class the writer's schema names. */
  private record ReadAs<T>(
      KafkaAvroDeserializer inner, Schema readerSchema, Class<T> type, String topic)
      implements Deserializer<T> {

    @Override
    public T deserialize(String ignored, byte[] bytes) {
      if (bytes != null && WireFormat.schemaId(bytes).isEmpty()) {
        // A value too short for an id would end in an exception of another type.
        throw new SerializationException("not in the wire format: " + bytes.length + " bytes");
      }
      Object read = read(bytes);
      if (read != null && !type.isInstance(read)) {
        // Of a writer's schema "bytes" the client hands out the bytes, whatever is asked for.
        throw new SerializationException(
            "the writer's schema is not of a record but of " + read.getClass().getSimpleName());
      }
      return type.cast(read);
    }

    private Object read(byte[] bytes) {
      try {
        return inner.deserialize(topic, bytes, readerSchema);
      } catch (SerializationException | InterruptException e) {
        throw e;
      } catch (RuntimeException e) {
        // Of a schema that is not Avro the client says so by several types, and so it does of a
        // registry that does not answer.
        throw new SerializationException("cannot be read: " + RootCause.message(e), e);
      } catch (StackOverflowError e) {
        // A writer's schema may nest without end, and its data as deep as it likes.
        throw new SerializationException("nests too deeply to be read as " + type.getSimpleName());
      }
    }
  }
}
