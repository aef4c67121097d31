package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** A record of the topic of links as it came. Nobody changes the arrays. */
final class LinkRecord {

  /** Two lengths and the mark of a value that may be null, at most. */
  private static final int HEADER_OVERHEAD_BYTES = 16;

  private final byte[] key;
  private final byte[] value;
  private final Headers headers;
  private final Origin origin;
  private final Instant arrivedAt;
  private final long size;

  /**
   * @param key null where it has none
   * @param value null where it has none
   * @param arrivedAt the time that Kafka gave it
   */
  LinkRecord(byte[] key, byte[] value, Headers headers, Origin origin, Instant arrivedAt) {
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.origin = origin;
    this.arrivedAt = arrivedAt;
    this.size = size(key, value, headers);
  }

  static LinkRecord of(ConsumerRecord<byte[], byte[]> record) {
    return new LinkRecord(
        record.key(),
        record.value(),
        record.headers(),
        new Origin(record.topic(), record.partition(), record.offset()),
        Instant.ofEpochMilli(Math.max(0, record.timestamp())));
  }

  /** Null where it has none. */
  byte[] key() {
    return key;
  }

  /** Null where it has none. */
  byte[] value() {
    return value;
  }

  Headers headers() {
    return headers;
  }

  /** Its coordinates. */
  Origin origin() {
    return origin;
  }

  /** The time that Kafka gave it. */
  Instant arrivedAt() {
    return arrivedAt;
  }

  /**
   * Bytes that the record needs as part of another one: key, value, and each header with the
   * lengths that stand before its parts.
   */
  long size() {
    return size;
  }

  private static long size(byte[] key, byte[] value, Headers headers) {
    long size = length(key) + length(value);
    for (Header header : headers) {
      size +=
          HEADER_OVERHEAD_BYTES
              + header.key().getBytes(StandardCharsets.UTF_8).length
              + length(header.value());
    }
    return size;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
