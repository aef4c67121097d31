package io.pairstream.tools.archive;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * A raw record as it was on its topic.
 *
 * @param about all but its value
 * @param value as it was sent; null where there was none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ArchivedRecord(About about, byte[] value) {

  /**
   * An archive's JSON about one record; bytes are in Base64.
   *
   * @param timestamp Kafka's, in milliseconds since 1970
   * @param key null where it had none
   * @param hasValue whether its value is the archive's next member
   * @param takedownKeys keys of the takedowns that it falls under; none where it cannot be read
   */
  record About(
      String topic,
      int partition,
      long offset,
      long timestamp,
      byte[] key,
      List<Named> headers,
      boolean hasValue,
      List<String> takedownKeys) {

    TopicPartition at() {
      return new TopicPartition(topic, partition);
    }
  }

  /** A header. */
  record Named(String name, byte[] value) {}

  static ArchivedRecord of(ConsumerRecord<byte[], byte[]> record, List<String> takedownKeys) {
    return new ArchivedRecord(
        new About(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            StreamSupport.stream(record.headers().spliterator(), false)
                .map(header -> new Named(header.key(), header.value()))
                .toList(),
            record.value() != null,
            takedownKeys),
        record.value());
  }

  /** The record's key as text; empty where it has none. */
  String keyText() {
    return about.key() == null ? "" : new String(about.key(), StandardCharsets.UTF_8);
  }

  List<Header> headers() {
    return about.headers().stream()
        .<Header>map(header -> new RecordHeader(header.name(), header.value()))
        .toList();
  }

  /** Bytes of key, value and headers. */
  long size() {
    return length(about.key())
        + length(value)
        + about.headers().stream()
            .mapToLong(header -> header.name().length() + length(header.value()))
            .sum();
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
