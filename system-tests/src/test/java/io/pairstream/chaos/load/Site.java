package io.pairstream.chaos.load;

import io.pairstream.schemas.Origin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Where a record is, on whatever topic. */
public record Site(String topic, int partition, long offset) {

  public static Site of(ConsumerRecord<?, ?> record) {
    return new Site(record.topic(), record.partition(), record.offset());
  }

  public static Site of(Origin origin) {
    return new Site(origin.getTopic(), origin.getPartition(), origin.getOffset());
  }

  public TopicPartition topicPartition() {
    return new TopicPartition(topic, partition);
  }

  /** Text of the site, as in the header of an origin. */
  @Override
  public String toString() {
    return topic + "-" + partition + "-" + offset;
  }
}
