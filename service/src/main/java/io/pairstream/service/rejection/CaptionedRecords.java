package io.pairstream.service.rejection;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.ValueFault;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads records with captions that others wrote, or says why they cannot be read.
 *
 * <p>Rejects: {@code UNREADABLE_RECORD}, {@code UNKNOWN_SCHEMA}, {@code SCHEMA_MISMATCH}.
 *
 * @param <T> the records
 */
public final class CaptionedRecords<T> {

  private final Topic<T> topic;
  private final WriterSchemas schemas;
  private final Function<T, String> captionOf;
  private final CaptionBytes bytes;

  /**
   * @param schemas known schemas of the topic's records
   * @param captionOf the decoded caption of a record
   */
  public CaptionedRecords(Topic<T> topic, WriterSchemas schemas, Function<T, String> captionOf) {
    this.topic = topic;
    this.schemas = schemas;
    this.captionOf = captionOf;
    this.bytes = new CaptionBytes(topic);
  }

  /**
   * A record that could be read.
   *
   * @param caption the bytes that its producer sent
   */
  public record Captioned<T>(T record, ByteBuffer caption) {}

  /**
   * Reads a value; empty where the registry cannot say now with which schema it was written.
   *
   * @param verdict finds the verdict on a schema id
   */
  public Optional<Outcome<Captioned<T>>> read(
      byte[] value, IntFunction<WriterSchemas.Verdict> verdict) {
    OptionalInt schemaId = WireFormat.schemaId(value);
    if (schemaId.isEmpty()) {
      return Optional.of(
          Outcome.rejected(
              RejectReason.UNREADABLE_RECORD,
              value == null
                  ? "the record has no value"
                  : "the value does not begin with byte 0 and a schema id in 4 bytes"));
    }
    int id = schemaId.getAsInt();
    return switch (verdict.apply(id)) {
      case KNOWN -> Optional.of(decode(value, schemas.known(id)));
      case UNDECIDED -> Optional.empty();
      case UNKNOWN ->
          Optional.of(
              Outcome.rejected(
                  RejectReason.UNKNOWN_SCHEMA,
                  WriterSchemas.whyUnknown(id),
                  Measured.number("schema_id", id, "schema_id")));
    };
  }

  private Outcome<Captioned<T>> decode(byte[] value, Schema writer) {
    ValueFault fault = ValueFault.of(writer, topic.schema(), value).orElse(null);
    if (fault == null) {
      try {
        T record = topic.read(value);
        return Outcome.kept(new Captioned<>(record, bytes.of(captionOf.apply(record), value)));
      } catch (SerializationException | AvroRuntimeException | StackOverflowError e) {
        fault = ValueFault.unread(writer, topic.schema());
      }
    }
    return Outcome.rejected(
        fault.isOfSchema() ? RejectReason.SCHEMA_MISMATCH : RejectReason.UNREADABLE_RECORD,
        fault.sentence());
  }
}
