package io.pairstream.service.table;

import io.pairstream.service.cluster.CommittedLog;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A compacted topic: the last value of each key. A tombstone removes it.
 *
 * @param keys those whose values are kept
 * @param version changes with them
 */
public record LastOfEachKey(String topic, Predicate<String> keys, String version)
    implements Aggregate {

  /** The whole topic. */
  public LastOfEachKey(String topic) {
    this(topic, key -> true, "");
  }

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
    String key = CommittedLog.key(record);
    if (record.key() == null || !keys.test(key)) {
      return;
    }
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
