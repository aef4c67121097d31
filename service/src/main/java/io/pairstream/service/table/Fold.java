package io.pairstream.service.table;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How a record changes a view's table.
 *
 * <p>The records of a partition come in the log's order, each at least once: after a fault the view
 * goes back to its last write, which holds table and position together, so that each record counts
 * once. A fold must depend on nothing but the record and the table, so that all instances come to
 * the same table. It must not throw for a strange record: that one would be met for ever. Where the
 * schema registry does not answer it throws {@link
 * io.pairstream.schemas.wire.RegistryUnavailableException} or {@link
 * io.pairstream.schemas.wire.MissingSchemaException}, and the view waits.
 */
@FunctionalInterface
public interface Fold {

  /** Changes the table as the record says. */
  void apply(ConsumerRecord<byte[], byte[]> record, Table table);

  /**
   * Takes out what records said that the log keeps no longer. Called now and then, also where
   * nothing has gone since; what is not taken out this time may be the next.
   *
   * @param from offset of the first record that the partition still keeps
   */
  default void forget(TopicPartition partition, long from, Table table) {}

  /**
   * Keeps the last value of each key; a tombstone removes it. Records without a key are nothing.
   */
  static Fold lastOfEachKey() {
    return (record, table) -> {
      if (record.key() == null) {
        return;
      }
      if (record.value() == null) {
        table.delete(record.key());
      } else {
        table.put(record.key(), record.value());
      }
    };
  }
}
