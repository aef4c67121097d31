package io.pairstream.preprocess.topology;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The time that a record carries; the epoch where that is earlier.
 *
 * <p>The broker gives raw records their time, unless an operator leaves it to producers; what these
 * write is no reason to end a thread, as Kafka Streams does by itself at a negative time.
 */
final class RecordTime implements TimestampExtractor {

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return Math.max(0, record.timestamp());
  }
}
