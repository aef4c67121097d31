package io.pairstream.feed.cut;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.WireFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/** Reads of the index's records the first fields alone. Not thread-safe. */
final class IndexReader {

  private final Topic<IndexedPair> index;
  private final Schema wanted;
  private final Map<Integer, SpecificDatumReader<IndexedPair>> readers = new HashMap<>();
  private IndexedPair pair = new IndexedPair();
  private BinaryDecoder decoder;

  /**
   * @param last the last field that is read
   */
  IndexReader(Topic<IndexedPair> index, String last) {
    this.index = index;
    this.wanted = first(index.schema(), index.schema().getField(last).pos() + 1);
  }

  /**
   * An entry, the same object every time; nothing where the value is none.
   *
   * @throws RegistryUnavailableException where the registry does not answer
   */
  Optional<IndexedPair> read(byte[] value) {
    OptionalInt schemaId = WireFormat.schemaId(value);
    if (schemaId.isEmpty()) {
      return Optional.empty();
    }
    int begin = WireFormat.PREFIX_BYTES;
    decoder = DecoderFactory.get().binaryDecoder(value, begin, value.length - begin, decoder);
    try {
      pair = readers.computeIfAbsent(schemaId.getAsInt(), this::reader).read(pair, decoder);
      return Optional.of(pair);
    } catch (IOException | AvroRuntimeException | MissingSchemaException e) {
      return Optional.empty();
    }
  }

  private SpecificDatumReader<IndexedPair> reader(int schemaId) {
    Schema written = index.registry().writerSchema(index.subject(), schemaId);
    int behind =
        wanted.getFields().stream()
            .map(field -> written.getField(field.name()))
            .mapToInt(field -> field == null ? 0 : field.pos() + 1)
            .max()
            .orElse(0);
    return new SpecificDatumReader<>(first(written, behind), wanted);
  }

  private static Schema first(Schema record, int count) {
    List<Schema.Field> fields =
        record.getFields().stream()
            .limit(count)
            .map(field -> new Schema.Field(field, field.schema()))
            .toList();
    return Schema.createRecord(
        record.getName(), record.getDoc(), record.getNamespace(), false, fields);
  }
}
