package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.wire.LinkHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * A link's record and what came of trying it so far, as {@code waiting-links} holds it.
 *
 * @param link in a fresh one the value may be null; must not be changed
 */
record TriedLink(WaitingLink link) {

  /** Most bytes of a header besides name and value: two lengths and the mark of a null value. */
  private static final int HEADER_OVERHEAD_BYTES = 16;

  /** Most attempts of a link: more than any plan allows, and few enough to be added to. */
  private static final int MOST_ATTEMPTS = 1_000_000;

  /** A record of the topic of links without any attempt. */
  static TriedLink fresh(ConsumerRecord<byte[], byte[]> record) {
    List<Header> headers = new ArrayList<>();
    record.headers().forEach(header -> headers.add(new Header(header.key(), wrap(header.value()))));
    return new TriedLink(
        WaitingLink.newBuilder()
            .setValue(wrap(record.value()))
            .setKey(wrap(record.key()))
            .setHeaders(headers)
            .setOrigin(new Origin(record.topic(), record.partition(), record.offset()))
            .setArrivedAt(Instant.ofEpochMilli(Math.max(0, record.timestamp())))
            .build());
  }

  /** The link's record's value; null where it has none. */
  byte[] value() {
    return Utils.toNullableArray(link.getValue());
  }

  /** Coordinates of the link's record. */
  Origin origin() {
    return link.getOrigin();
  }

  /** How often its host was asked; a number that cannot be is taken for none, or many. */
  int attempts() {
    return Math.max(0, Math.min(MOST_ATTEMPTS, link.getAttempts()));
  }

  /**
   * Bytes that the record needs as part of another one: key, value, and each header with the
   * lengths before its parts.
   */
  long size() {
    long size = length(link.getKey()) + length(link.getValue());
    for (Header header : link.getHeaders()) {
      size +=
          HEADER_OVERHEAD_BYTES
              + header.getKey().getBytes(StandardCharsets.UTF_8).length
              + length(header.getValue());
    }
    return size;
  }

  /** The last header of a name as text; empty where there is none. */
  String header(String name) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : link.getHeaders()) {
      headers.add(header.getKey(), Utils.toNullableArray(header.getValue()));
    }
    return LinkHeaders.text(headers, name);
  }

  /** Returns the link with its first attempt noted, unless it has one. */
  TriedLink takenUp(Instant now) {
    boolean isNew = link.getFirstTriedAt().equals(Instant.EPOCH);
    return isNew ? new TriedLink(copy().setFirstTriedAt(now).build()) : this;
  }

  /** Returns the link after a further failed attempt. */
  TriedLink failed(String reason, String detail, Instant now) {
    return new TriedLink(
        takenUp(now)
            .copy()
            .setAttempts(attempts() + 1)
            .setReason(reason)
            .setDetail(detail)
            .build());
  }

  /** Returns the link with another due time. */
  TriedLink dueAt(Instant at) {
    return new TriedLink(copy().setDueAt(at).build());
  }

  private WaitingLink.Builder copy() {
    return WaitingLink.newBuilder(link);
  }

  private static long length(ByteBuffer bytes) {
    return bytes == null ? 0 : bytes.remaining();
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}
