package io.pairstream.schemas.wire;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Asks where logs end. */
public final class LogEnds {

  private LogEnds() {}

  /** All partitions of topics. */
  public static List<TopicPartition> partitions(Collection<TopicDescription> topics) {
    return topics.stream()
        .flatMap(
            topic ->
                topic.partitions().stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition())))
        .toList();
  }

  /**
   * Where the log of each partition ends now, as its leader says.
   *
   * @param of whether the end is behind the last committed record, or behind whatever is written
   */
  public static KafkaFuture<Map<TopicPartition, Long>> ask(
      Admin admin, Collection<TopicPartition> partitions, IsolationLevel of) {
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream().collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest()));
    return admin
        .listOffsets(latest, new ListOffsetsOptions(of))
        .all()
        .thenApply(
            ends ->
                ends.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset())));
  }
}
