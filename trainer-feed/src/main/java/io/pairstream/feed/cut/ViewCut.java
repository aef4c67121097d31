package io.pairstream.feed.cut;

import io.pairstream.feed.cut.GatheredPairs.Part;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.condition.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/** The cutting of views: which pairs of a split a run trains on, as of now. */
public final class ViewCut {

  private ViewCut() {}

  /**
   * Cuts a view of the pairs that the topic holds now and that fall under no takedown, carried out
   * or not. Reads every record once. Pairs that wait for an answer are left out.
   *
   * @param where conditions that all have to hold, as do those of the data set's recipe
   * @throws InvalidViewException where there is no such pair
   * @throws KafkaException where the broker does not answer, or has no such topic, none of
   *     takedowns or, where a condition names an answer, none of answers
   */
  public static View of(FeedSource source, List<Condition> where, CutListener listener) {
    return cut(
        source,
        where,
        reader -> {
          reader.readToEnd(listener);
          if (!reader.pairs().waiting().isEmpty() && reader.pairs().size(Part.ALL) == 0) {
            throw new InvalidViewException(
                "all pairs that could be in the view wait for answers: "
                    + MissingAnswer.inWords(reader.pairs().waiting()));
          }
          listener.waiting(reader.pairs().waiting());
          listener.unanswerable(reader.pairs().unanswerable());
        });
  }

  /**
   * Cuts a view like {@link #of}, once no pair that the topic holds now waits for an answer.
   *
   * @param longest for how long that is waited for at most
   * @throws InvalidViewException also where a pair still waits after that time
   */
  public static View answered(
      FeedSource source, List<Condition> where, Duration longest, CutListener listener) {
    return cut(
        source,
        where,
        reader -> {
          reader.readToEnd(listener);
          reader.awaitAnswers(longest, listener);
          listener.unanswerable(reader.pairs().unanswerable());
        });
  }

  private static View cut(FeedSource source, List<Condition> own, Consumer<SplitReader> reading) {
    String topicId = source.describe().topicId().toString();
    List<Condition> where = RecipeConditions.with(own, source);
    try (SplitReader reader = new SplitReader(source, where, Map.of())) {
      reading.accept(reader);
      List<String> asked = where.stream().map(Condition::toString).toList();
      reader.requireAny(source.topic(), asked);
      return new View(
          source.topic(), topicId, Instant.now(), asked, reader.pairs().takeBlocks(Part.ALL));
    }
  }
}
