package io.pairstream.preprocess.topology;

import io.pairstream.schemas.Origin;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The raw topics, from which a record can be read once more. */
@FunctionalInterface
public interface RawLog {

  /**
   * The record at those coordinates; nothing where it has left its topic.
   *
   * @throws org.apache.kafka.streams.errors.TaskMigratedException where no broker answers
   */
  Optional<ConsumerRecord<byte[], byte[]>> read(Origin origin);
}
