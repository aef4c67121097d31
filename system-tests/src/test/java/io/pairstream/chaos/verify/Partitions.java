package io.pairstream.chaos.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/** Whether a record lies where its key belongs, as Kafka's own partitioner has it. */
final class Partitions {

  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * @param all partitions of the topics whose records are asked for
   */
  Partitions(List<TopicPartition> all) {
    all.forEach(partition -> counts.merge(partition.topic(), 1, Integer::sum));
  }

  /** Also where the record has no key, which belongs nowhere. */
  boolean isRight(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null
        || record.partition()
            == Utils.toPositive(Utils.murmur2(record.key())) % counts.get(record.topic());
  }
}
