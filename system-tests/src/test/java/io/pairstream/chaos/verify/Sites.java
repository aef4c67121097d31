package io.pairstream.chaos.verify;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Places of records on a few topics, as numbers from 1 on; 0 stands for none. */
final class Sites {

  private static final int PARTITION_BITS = 20;
  private static final int OFFSET_BITS = 40;

  private final List<String> topics;

  /**
   * @param topics at most 7
   */
  Sites(List<String> topics) {
    this.topics = List.copyOf(topics);
  }

  long of(ConsumerRecord<byte[], byte[]> record) {
    return (((long) topics.indexOf(record.topic()) << (PARTITION_BITS + OFFSET_BITS))
            | ((long) record.partition() << OFFSET_BITS)
            | record.offset())
        + 1;
  }

  TopicPartition partition(long site) {
    return new TopicPartition(
        topics.get((int) ((site - 1) >>> (PARTITION_BITS + OFFSET_BITS))),
        (int) ((site - 1) >>> OFFSET_BITS & ((1L << PARTITION_BITS) - 1)));
  }

  long offset(long site) {
    return (site - 1) & ((1L << OFFSET_BITS) - 1);
  }

  /** {@code topic-partition-offset}. */
  String text(long site) {
    return partition(site) + "-" + offset(site);
  }

  static String text(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }
}
