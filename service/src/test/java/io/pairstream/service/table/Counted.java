package io.pairstream.service.table;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Counts the records of a topic that its log keeps, one by one. */
record Counted(String topic) implements Aggregate {

  static long sum(Database table) {
    return table.first("SELECT sum(records) FROM counted", row -> row.getLong(1)).orElseThrow();
  }

  @Override
  public String name() {
    return topic;
  }

  @Override
  public List<String> topics() {
    return List.of(topic);
  }

  @Override
  public List<String> schema() {
    return List.of(
        "CREATE TABLE counted"
            + " (partition INTEGER, offset INTEGER, records INTEGER,"
            + " PRIMARY KEY (partition, offset))");
  }

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
    table.update(
        "INSERT INTO counted VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET records = records + 1",
        record.partition(),
        record.offset());
  }

  @Override
  public void forget(TopicPartition partition, long from, Database table) {
    table.update(
        "DELETE FROM counted WHERE partition = ? AND offset < ?", partition.partition(), from);
  }
}
