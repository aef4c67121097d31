package io.pairstream.feed.cut;

import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.common.KafkaException;

/** The cutting of views: which pairs of a split a run trains on, as of now. */
public final class ViewCut {

  private ViewCut() {}

  /**
   * Cuts a view of the pairs that the topic holds now and that fall under no takedown, carried out
   * or not. Reads every record once.
   *
   * @param where conditions that all have to hold
   * @param progress receives the number of records read so far, now and then
   * @throws InvalidViewException where there is no such pair
   * @throws KafkaException where the broker does not answer, or has no such topic or none of
   *     takedowns
   */
  public static View of(FeedSource source, List<Condition> where, LongConsumer progress) {
    String topicId = source.describe().topicId().toString();
    try (SplitReader reader = new SplitReader(source, where, Map.of())) {
      reader.readToEnd(progress);
      return new View(
          source.topic(),
          topicId,
          Instant.now(),
          where.stream().map(Condition::toString).toList(),
          reader.takeBlocks());
    }
  }
}
