package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.rejection.CaptionedRecords;
import io.pairstream.service.rejection.CaptionedRecords.Captioned;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads the record of a link, or of one that waits, or says why it cannot be one.
 *
 * <p>Refuses: {@code RECORD_TOO_LARGE}, {@code UNREADABLE_RECORD}, {@code UNKNOWN_SCHEMA}, {@code
 * SCHEMA_MISMATCH}, {@code CAPTION_NOT_UTF8}, {@code FETCH_URL_INVALID}.
 */
final class LinkReader implements AutoCloseable {

  /** Bytes that Kafka adds to a record, with the wrapping record's own fields. */
  private static final int OVERHEAD_BYTES = 64 * 1024;

  /** Largest record of a waiting link: the original, and its notes. */
  private static final int LARGEST_WAITING_BYTES = RecordSizes.MAX_RAW_RECORD + OVERHEAD_BYTES;

  /** Result of reading a record. */
  sealed interface Read {}

  /**
   * A valid link.
   *
   * @param host host of the link's URL
   */
  record Link(PairLink link, String host) implements Read {}

  /** A link that waits for its next attempt. */
  record Waiting(WaitingLink link) implements Read {}

  /**
   * A record that is no link that can be fetched.
   *
   * @param link the link as far as it could be read
   */
  record Refused(Rejection refusal, Optional<PairLink> link) implements Read {}

  /** The registry cannot say now with which schema it was written. */
  record Undecided() implements Read {}

  private final PairTopics topics;
  private final WriterSchemas schemas;
  private final WriterSchemas waitingSchemas;
  private final CaptionedRecords<PairLink> links;

  LinkReader(PairTopics topics) {
    this.topics = topics;
    schemas = new WriterSchemas(topics.links());
    waitingSchemas = new WriterSchemas(topics.waitingLinks());
    links = new CaptionedRecords<>(topics.links(), schemas, PairLink::getCaption);
  }

  @Override
  public void close() {
    schemas.close();
    waitingSchemas.close();
  }

  /** Asks for the schema of a link's value that will be read soon. */
  void askAhead(byte[] value) {
    WireFormat.schemaId(value).ifPresent(schemas::of);
  }

  Read read(TriedLink tried) {
    byte[] value = tried.value();
    if (tried.size() > LinkPublisher.MAX_RECORD_BYTES) {
      return refused(
          RejectReason.RECORD_TOO_LARGE,
          "a link's record is small: an address, a caption, and what is known of them",
          Measured.atMost("record_bytes", tried.size(), LinkPublisher.MAX_RECORD_BYTES, "bytes"));
    }
    return links
        .read(value, schemas::of)
        .map(read -> read.fold(LinkReader::link, refusal -> new Refused(refusal, Optional.empty())))
        .orElseGet(Undecided::new);
  }

  private static Read link(Captioned<PairLink> read) {
    PairLink link = read.record();
    Rejection refusal =
        new Rejection(
            RejectReason.CAPTION_NOT_UTF8, "the caption's bytes are not UTF-8", Measured.NONE);
    try {
      if (StrictUtf8.isUtf8(read.caption())) {
        return new Link(link, LinkHost.of(link.getMetadata().getUrl()));
      }
    } catch (InvalidUrlException e) {
      refusal = new Rejection(RejectReason.FETCH_URL_INVALID, e.getMessage(), Measured.NONE);
    }
    return new Refused(refusal, Optional.of(link));
  }

  /**
   * Reads a record that lets a link wait. One that is larger than a fetcher writes is refused by
   * every broker at every attempt to write it again. The name of another topic is not written on:
   * it may be as long as a record.
   */
  Read readWaiting(ConsumerRecord<byte[], byte[]> record) {
    OptionalInt schemaId = WireFormat.schemaId(record.value());
    if (schemaId.isPresent()
        && waitingSchemas.of(schemaId.getAsInt()) == WriterSchemas.Verdict.UNDECIDED) {
      return new Undecided();
    }
    long size =
        Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize());
    if (size > LARGEST_WAITING_BYTES) {
      return refused(
          RejectReason.RECORD_TOO_LARGE,
          "no fetcher wrote this record; it is larger than any that lets a link wait",
          Measured.atMost("record_bytes", size, LARGEST_WAITING_BYTES, "bytes"));
    }
    try {
      if (record.value() == null) {
        throw new SerializationException("the record has no value");
      }
      WaitingLink waiting = topics.waitingLinks().read(record.value());
      if (!waiting.getOrigin().getTopic().equals(topics.links().name())) {
        throw new SerializationException(
            "it names a record that is not on " + topics.links().name());
      }
      return new Waiting(waiting);
    } catch (SerializationException | AvroRuntimeException | StackOverflowError e) {
      return refused(
          RejectReason.UNREADABLE_RECORD,
          "no fetcher wrote this record; it lets no link wait: " + OneLine.of(e.toString()));
    }
  }

  private static Read refused(RejectReason reason, String detail) {
    return refused(reason, detail, Measured.NONE);
  }

  private static Read refused(RejectReason reason, String detail, Measured measured) {
    return new Refused(new Rejection(reason, detail, measured), Optional.empty());
  }
}
