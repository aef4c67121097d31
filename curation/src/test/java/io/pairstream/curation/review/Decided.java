package io.pairstream.curation.review;

import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Committed records on topics, in the order in which they came. */
final class Decided {

  private final ClusterAccess cluster;

  Decided(ClusterAccess cluster) {
    this.cluster = cluster;
  }

  List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = TestCluster.committed(cluster, topic);
    records.sort(
        Comparator.comparingLong((ConsumerRecord<byte[], byte[]> r) -> r.timestamp())
            .thenComparing(ConsumerRecord::partition)
            .thenComparing(ConsumerRecord::offset));
    return records;
  }

  <T> List<T> values(Topic<T> topic) {
    return records(topic.name()).stream().map(record -> topic.read(record.value())).toList();
  }
}
