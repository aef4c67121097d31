package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.schemas.wire.ValueFault;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads a link's record, or says why it cannot be one.
 *
 * <p>Refuses: {@code RECORD_TOO_LARGE}, {@code UNREADABLE_RECORD}, {@code UNKNOWN_SCHEMA}, {@code
 * SCHEMA_MISMATCH}, {@code CAPTION_NOT_UTF8}, {@code FETCH_URL_INVALID}.
 */
final class LinkReader {

  /** What became of reading a record. */
  sealed interface Read {}

  /**
   * It is a link.
   *
   * @param host of its URL
   */
  record Link(PairLink link, String host) implements Read {}

  /**
   * It is none that can be fetched.
   *
   * @param link what could be read of it nevertheless
   */
  record Refused(Rejection refusal, Optional<PairLink> link) implements Read {}

  /** The registry cannot say now with which schema it was written. */
  record Undecided() implements Read {}

  private final Topic<String, PairLink> topic;
  private final WriterSchemas schemas;
  private final CaptionBytes captionBytes;

  LinkReader(Topic<String, PairLink> topic, WriterSchemas schemas, CaptionBytes captionBytes) {
    this.topic = topic;
    this.schemas = schemas;
    this.captionBytes = captionBytes;
  }

  /** Asks for the schema of a value that will be read soon. */
  void askAhead(byte[] value) {
    WireFormat.schemaId(value)
        .ifPresent(
            id -> {
              var unused = schemas.of(id);
            });
  }

  Read read(TriedLink tried) {
    byte[] value = tried.value();
    if (tried.size() > LinkPublisher.MAX_RECORD_BYTES) {
      return refused(
          new Rejection(
              RejectReason.RECORD_TOO_LARGE,
              "a link's record is small: an address, a caption, and what is known of them",
              tried.size() + " bytes",
              LinkPublisher.MAX_RECORD_BYTES + " bytes"));
    }
    OptionalInt schemaId = WireFormat.schemaId(value);
    if (schemaId.isEmpty()) {
      return refused(
          new Rejection(
              RejectReason.UNREADABLE_RECORD,
              value == null
                  ? "the record has no value"
                  : "the value does not begin with byte 0 and a schema id in 4 bytes",
              "",
              ""));
    }
    return switch (schemas.of(schemaId.getAsInt())) {
      case KNOWN -> decode(value, schemas.known(schemaId.getAsInt()));
      case UNDECIDED -> new Undecided();
      case UNKNOWN ->
          refused(
              new Rejection(
                  RejectReason.UNKNOWN_SCHEMA,
                  WriterSchemas.whyUnknown(schemaId.getAsInt()),
                  "schema id " + schemaId.getAsInt(),
                  ""));
    };
  }

  private Read decode(byte[] value, Schema writer) {
    Optional<ValueFault> fault = ValueFault.of(writer, PairLink.SCHEMA$, value);
    if (fault.isPresent()) {
      return refused(refusal(fault.get()));
    }
    PairLink link;
    boolean isText;
    try {
      link = topic.value().deserializer().deserialize(topic.name(), value);
      isText =
          !CaptionBytes.isDoubtful(link.getCaption()) || StrictUtf8.isUtf8(captionBytes.of(value));
    } catch (SerializationException | AvroRuntimeException | StackOverflowError e) {
      return refused(refusal(ValueFault.unread(writer, PairLink.SCHEMA$)));
    }
    if (!isText) {
      return new Refused(
          new Rejection(RejectReason.CAPTION_NOT_UTF8, "the caption's bytes are not UTF-8", "", ""),
          Optional.of(link));
    }
    try {
      return new Link(link, LinkHost.of(link.getUrl()));
    } catch (InvalidUrlException e) {
      return new Refused(
          new Rejection(RejectReason.FETCH_URL_INVALID, e.getMessage(), "", ""), Optional.of(link));
    }
  }

  private static Rejection refusal(ValueFault fault) {
    return new Rejection(
        fault.isOfSchema() ? RejectReason.SCHEMA_MISMATCH : RejectReason.UNREADABLE_RECORD,
        fault.sentence(),
        "",
        "");
  }

  private static Read refused(Rejection refusal) {
    return new Refused(refusal, Optional.empty());
  }
}
