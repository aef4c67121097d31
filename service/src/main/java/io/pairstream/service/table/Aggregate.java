package io.pairstream.service.table;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Turns the records of a {@link TopicTable}'s topics into rows.
 *
 * <p>The records of a partition come in the log's order, those of different partitions and topics
 * in any. Each counts once: rows and positions change in one transaction. The result depends on
 * records and rows alone, so that all instances have the same table.
 */
public interface Aggregate {

  /** Name of the table in messages. */
  String name();

  /** Full names of the topics, at least one. */
  List<String> topics();

  /** Changes when the same records make other rows: copies of another version are made again. */
  default String version() {
    return "";
  }

  /** Statements that make the tables; other ones are another version. */
  List<String> schema();

  /**
   * Changes the rows as a record says. Throws for no record, however strange, since it would come
   * again for ever; where the schema registry does not answer, {@link
   * io.pairstream.schemas.wire.RegistryUnavailableException} or {@link
   * io.pairstream.schemas.wire.MissingSchemaException}, and the record waits.
   */
  void apply(ConsumerRecord<byte[], byte[]> record, Database table);

  /**
   * Changes the rows as the records of one transaction say, by default one after the other. An
   * aggregate that counts can write each of its sums once.
   */
  default void applyAll(Iterable<ConsumerRecord<byte[], byte[]>> records, Database table) {
    records.forEach(record -> apply(record, table));
  }

  /**
   * Takes out what the log keeps no longer. Called after a start, and where records have gone.
   *
   * @param from offset of the first record that the partition still keeps
   */
  default void forget(TopicPartition partition, long from, Database table) {}
}
