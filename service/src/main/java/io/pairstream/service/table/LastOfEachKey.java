package io.pairstream.service.table;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A compacted topic: the last value of each key. A tombstone removes it. */
public record LastOfEachKey(String topic) implements Aggregate {

  /** The value of a key. */
  public static Optional<byte[]> get(Database table, String key) {
    return table.first("SELECT value FROM entry WHERE key = ?", row -> row.getBytes(1), key);
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
    return List.of("CREATE TABLE entry (key TEXT PRIMARY KEY, value BLOB NOT NULL)");
  }

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      table.update("DELETE FROM entry WHERE key = ?", key);
    } else {
      table.update(
          "INSERT INTO entry VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
          key,
          record.value());
    }
  }
}
