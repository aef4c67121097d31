package io.pairstream.feed.cut;

import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.CommittedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Conditions that a data set's recipe adds to those of each view. */
final class RecipeConditions {

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
    Topic<RecordedRecipe> recipes = source.cluster().topics().recipes();
    List<String> last = new ArrayList<>();
    try (CommittedLog log = CommittedLog.openForSmallRecords(source.cluster())) {
      log.readAll(
          recipes,
          (key, recipe) -> {
            last.clear();
            last.addAll(
                recipe
                    .orElseThrow(
                        () ->
                            new InvalidViewException(
                                "a record of %s with the key %s is no recipe"
                                    .formatted(recipes.name(), key)))
                    .getConditions());
          });
    } catch (UnknownTopicOrPartitionException e) {
      // Without the topic no recipe was recorded.
    }
    return last;
  }
}
