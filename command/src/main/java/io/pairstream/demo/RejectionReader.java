package io.pairstream.demo;

import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads why a pair was turned away, and skips the pair itself, which is most of the record.
 *
 * <p>Takes records that were written with our own schema of {@link QuarantinedPair}. For one
 * thread.
 */
final class RejectionReader {

  static {
    AvroSafety.install();
  }

  private static final int WIRE_HEADER_BYTES = 5;

  private static final Schema WANTED =
      SchemaBuilder.record(QuarantinedPair.SCHEMA$.getName())
          .namespace(QuarantinedPair.SCHEMA$.getNamespace())
          .fields()
          .requiredString("reason")
          .requiredString("detail")
          .endRecord();

  private final GenericDatumReader<GenericRecord> reader =
      new GenericDatumReader<>(QuarantinedPair.SCHEMA$, WANTED);
  private BinaryDecoder decoder;

  /**
   * @param key the record's key, which names the pair
   * @param value the record's value in Confluent wire format
   */
  OutputCounts.Rejected read(String key, byte[] value) {
    decoder =
        DecoderFactory.get()
            .binaryDecoder(value, WIRE_HEADER_BYTES, value.length - WIRE_HEADER_BYTES, decoder);
    try {
      GenericRecord rejected = reader.read(null, decoder);
      return new OutputCounts.Rejected(
          key, rejected.get("reason").toString(), rejected.get("detail").toString());
    } catch (IOException e) {
      throw new UncheckedIOException("a quarantined record cannot be read", e);
    }
  }
}
