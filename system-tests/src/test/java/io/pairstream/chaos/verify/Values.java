package io.pairstream.chaos.verify;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.RootCause;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/** Reads values of any topic; a record is to blame only while the registry answers. */
final class Values {

  private final ClusterAccess cluster;

  Values(ClusterAccess cluster) {
    this.cluster = cluster;
  }

  /**
   * What a value holds.
   *
   * @param found empty where it cannot be read
   * @param why it cannot; empty where it can
   */
  record Read<T>(Optional<T> found, String why) {}

  /**
   * Whether a record lies where its key belongs, as Kafka's own partitioner has it; also where it
   * has no key, which belongs nowhere.
   *
   * @param partitions of its topic
   */
  static boolean isOnItsPartition(ConsumerRecord<byte[], byte[]> record, int partitions) {
    return record.key() == null
        || record.partition() == Utils.toPositive(Utils.murmur2(record.key())) % partitions;
  }

  PairTopics topics() {
    return cluster.topics();
  }

  /**
   * Reads a value that is there.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where nobody can say whether
   *     the value is at fault
   */
  <T> Read<T> read(Topic<String, T> topic, byte[] value) {
    try {
      return new Read<>(
          Optional.of(topic.value().deserializer().deserialize(topic.name(), value)), "");
    } catch (SerializationException
        | AvroRuntimeException
        | ClassCastException
        | StackOverflowError e) {
      // The last of them: a writer's schema may nest without end, and its data as deep as it likes.
      cluster.requireRegistry();
      return new Read<>(Optional.empty(), RootCause.message(e));
    }
  }
}
