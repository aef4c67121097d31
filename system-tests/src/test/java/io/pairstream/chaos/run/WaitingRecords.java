package io.pairstream.chaos.run;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** How many raw records there are, and how many of them wait for preprocessing. */
final class WaitingRecords implements AutoCloseable {

  private static final int ANSWER_WITHIN_MILLIS = 3_000;

  private final Admin admin;
  private final String group;
  private final List<String> topics;
  private List<TopicPartition> partitions = List.of();

  WaitingRecords(Cluster cluster) {
    admin =
        Admin.create(
            cluster.clientSettings(
                Map.of(
                    "request.timeout.ms",
                    ANSWER_WITHIN_MILLIS,
                    "default.api.timeout.ms",
                    ANSWER_WITHIN_MILLIS)));
    group = cluster.dataset().preprocessGroup();
    topics =
        List.of(
            cluster.dataset().topic(TopicCatalogue.CROWDSOURCED),
            cluster.dataset().topic(TopicCatalogue.SCRAPED));
  }

  /**
   * A look.
   *
   * @param records on the raw topics
   * @param waiting those of them behind what is committed
   */
  record Look(long records, long waiting) {}

  /** What there is now; nothing where the brokers give no answer in time. */
  Optional<Look> look() throws InterruptedException {
    try {
      if (partitions.isEmpty()) {
        partitions = partitions();
      }
      Map<TopicPartition, ListOffsetsResultInfo> ends =
          admin
              .listOffsets(
                  partitions.stream()
                      .collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest())))
              .all()
              .get(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
      Map<TopicPartition, OffsetAndMetadata> committed = committed();
      long records = 0;
      long waiting = 0;
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata place = committed.get(partition);
        long end = ends.get(partition).offset();
        records += end;
        waiting += end - (place == null ? 0 : place.offset());
      }
      return Optional.of(new Look(records, Math.max(0, waiting)));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    }
  }

  /**
   * The next offset to be done of each raw partition of which no commit is under way: nothing from
   * there on is part of a transaction whose end was decided already.
   */
  Map<TopicPartition, Long> settled() throws InterruptedException {
    Map<TopicPartition, Long> next = new HashMap<>();
    try {
      admin
          .listConsumerGroupOffsets(
              Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
              new ListConsumerGroupOffsetsOptions().requireStable(true))
          .partitionsToOffsetAndMetadata(group)
          .get(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS)
          // The client leaves out those that are under way, and has null where none ever was.
          .forEach((partition, place) -> next.put(partition, place == null ? 0 : place.offset()));
    } catch (ExecutionException | TimeoutException e) {
      return Map.of();
    }
    return next;
  }

  private List<TopicPartition> partitions()
      throws InterruptedException, ExecutionException, TimeoutException {
    List<TopicPartition> found = new ArrayList<>();
    admin
        .describeTopics(topics)
        .allTopicNames()
        .get(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS)
        .forEach(
            (topic, description) -> {
              for (int i = 0; i < description.partitions().size(); i++) {
                found.add(new TopicPartition(topic, i));
              }
            });
    return found;
  }

  private Map<TopicPartition, OffsetAndMetadata> committed()
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return Map.of();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
