package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.Origin;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;

/** A record of the topic of links as it came. Nobody changes the arrays. */
final class LinkRecord {

  private final byte[] key;
  private final byte[] value;
  private final Headers headers;
  private final Origin origin;
  private final Instant arrivedAt;

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

  /** Bytes of the value; 0 where there is none. */
  int size() {
    return value == null ? 0 : value.length;
  }
}
