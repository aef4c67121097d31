package io.pairstream.feed.cut;

import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.RecordDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Conditions that a data set's recipe adds to those of each view. */
final class RecipeConditions {

  private static final Duration POLL = Duration.ofMillis(500);

  private RecipeConditions() {}

  /**
   * Conditions of a view, and behind them those of the recipe that it lacks; a data set without a
   * topic of recipes adds none.
   *
   * @throws InvalidViewException where the last record is no recipe of this version's
   */
  static List<Condition> with(List<Condition> where, FeedSource source) {
    List<String> asked = where.stream().map(Condition::toString).toList();
    return Stream.concat(
            where.stream(),
            inForce(source).stream()
                .map(Condition::parse)
                .filter(condition -> !asked.contains(condition.toString())))
        .toList();
  }

  private static List<String> inForce(FeedSource source) {
    String topic = source.dataset().topic(TopicCatalogue.RECIPES);
    RecordDecoder<RecordedRecipe> decoder =
        RecordDecoder.of(RecordedRecipe.class, topic, source.registry());
    List<String> last = List.of();
    KafkaConsumer<byte[], byte[]> consumer = source.consumer(Map.of());
    try {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          last =
              decoder
                  .decode(record.value())
                  .map(RecordedRecipe::getConditions)
                  .orElseThrow(
                      () ->
                          new InvalidViewException(
                              "%s, offset %d is no recipe"
                                  .formatted(record.topic(), record.offset())));
        }
      }
      return last;
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
