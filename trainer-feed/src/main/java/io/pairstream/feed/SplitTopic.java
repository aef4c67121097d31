package io.pairstream.feed;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.CommittedConsumer;
import io.pairstream.feed.view.GatheredPairs;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A split's topic: consumers of it, and whether it still holds what a view or position needs. */
final class SplitTopic {

  /** Windows of a view that are loaded at a time. */
  private static final int LOADING_THREADS = 2;

  private static final int MIN_FETCH_BYTES = 64 * 1024;
  private static final int MAX_FETCH_BYTES = 4 * 1024 * 1024;

  private final FeedSource source;

  SplitTopic(FeedSource source) {
    this.source = source;
  }

  /** What the cluster says of the topic. */
  TopicDescription describe(Admin admin) {
    return KafkaAnswers.await(admin.describeTopics(List.of(source.topic())).allTopicNames())
        .get(source.topic());
  }

  /** A consumer of committed records that has nothing assigned and commits nothing. */
  KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> own) {
    return CommittedConsumer.open(source.clientSettings(), own);
  }

  /**
   * A consumer that jumps from block to block.
   *
   * <p>What it asks for is there. A fetch beyond a block's end, which the client sends ahead at the
   * end of the log, would keep the next one waiting.
   *
   * @param fetchBytes of a partition in one answer, about; kept between 64 KiB and 4 MiB
   */
  KafkaConsumer<byte[], byte[]> jumpingConsumer(long fetchBytes) {
    return consumer(
        Map.of(
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            0,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            2 * GatheredPairs.BLOCK_RECORDS,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            (int) Math.max(MIN_FETCH_BYTES, Math.min(MAX_FETCH_BYTES, fetchBytes))));
  }

  /** Loads a run's windows, with answers that are hardly larger than the pieces of a window. */
  WindowLoader windowLoader(ViewRun run, FeedStats.Clocks clocks) {
    long bytes = EpochOrder.pieceBytes(run.view().blocks(), run.plan()) * 5 / 4;
    return new WindowLoader(
        run.view(), withdrawnPairs(), LOADING_THREADS, () -> jumpingConsumer(bytes), clocks);
  }

  WithdrawnPairs withdrawnPairs() {
    return WithdrawnPairs.open(
        consumer(Map.of()), source.dataset().topic(TopicCatalogue.TAKEDOWNS), source.decoder());
  }

  /**
   * Checks that the topic holds all of a view's records.
   *
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws PositionRefusedException where the topic was made anew, or records are not there
   */
  void requireHolds(View view, Admin admin) {
    if (!view.topic().equals(source.topic())) {
      throw new IllegalArgumentException(
          "the view is one of " + view.topic() + ", not of " + source.topic());
    }
    String topicId = describe(admin).topicId().toString();
    if (!topicId.equals(view.topicId())) {
      throw new PositionRefusedException(
          "%s is not the topic that the view was cut from: it has been made anew (topic id %s, view %s)"
              .formatted(view.topic(), topicId, view.topicId()));
    }
    Map<TopicPartition, OffsetSpec> first = new HashMap<>();
    Map<TopicPartition, OffsetSpec> last = new HashMap<>();
    for (Block block : view.blocks()) {
      TopicPartition partition = new TopicPartition(view.topic(), block.partition());
      first.put(partition, OffsetSpec.earliest());
      last.put(partition, OffsetSpec.latest());
    }
    Map<TopicPartition, ListOffsetsResultInfo> begins =
        KafkaAnswers.await(admin.listOffsets(first).all());
    Map<TopicPartition, ListOffsetsResultInfo> ends =
        KafkaAnswers.await(admin.listOffsets(last).all());
    for (Block block : view.blocks()) {
      TopicPartition partition = new TopicPartition(view.topic(), block.partition());
      long begin = begins.get(partition).offset();
      if (block.begin() < begin) {
        throw new PositionRefusedException(
            "%s begins at %d: records of the view, from %d on, have left the log"
                .formatted(partition, begin, block.begin()));
      }
      if (block.end() > ends.get(partition).offset()) {
        throw new PositionRefusedException(
            "%s ends at %d, before the view's %d: records were lost, or the view is another cluster's"
                .formatted(partition, ends.get(partition).offset(), block.end()));
      }
    }
  }

  /**
   * Checks that a feed can go on at a position.
   *
   * @throws PositionRefusedException where it is one of another topic, or records behind it have
   *     left the log
   */
  static void requireHolds(
      FeedPosition position,
      TopicDescription topic,
      Map<TopicPartition, Long> begins,
      Map<TopicPartition, Long> ends) {
    if (!position.topic().equals(topic.name())) {
      throw new PositionRefusedException(
          "the position is one of " + position.topic() + ", not of " + topic.name());
    }
    if (!position.topicId().equals(topic.topicId().toString())) {
      throw new PositionRefusedException(
          "%s is not the topic that the position was taken on: it has been made anew (topic id %s, position %s)"
              .formatted(topic.name(), topic.topicId(), position.topicId()));
    }
    if (!position.offsets().keySet().equals(byPartition(begins).keySet())) {
      throw new PositionRefusedException(
          "the position has partitions %s, %s has %s"
              .formatted(position.offsets().keySet(), topic.name(), byPartition(begins).keySet()));
    }
    begins.forEach(
        (partition, begin) -> {
          long missing = begin - position.offsets().get(partition.partition());
          if (missing > 0) {
            throw new PositionRefusedException(
                "%s begins at %d: %d offsets behind the position have left the log"
                    .formatted(partition, begin, missing));
          }
          long offset = position.offsets().get(partition.partition());
          if (offset > ends.get(partition)) {
            throw new PositionRefusedException(
                "%s ends at %d, before the position's %d: records were lost, or the position is another cluster's"
                    .formatted(partition, ends.get(partition), offset));
          }
        });
  }

  static SortedMap<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    SortedMap<Integer, Long> byPartition = new TreeMap<>();
    offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
    return byPartition;
  }
}
