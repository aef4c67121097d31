package io.pairstream.preprocess.run;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.recipe.AnswerLimit;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Instant;
import java.util.Map;

/** The record of what a recipe says of published pairs, for views and operators. */
final class RecipeNote {

  private static final String KEY = "answers";
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 2 * 1024 * 1024);

  private RecipeNote() {}

  /**
   * Records it; what an earlier recipe said is in force no longer.
   *
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @throws io.pairstream.service.publish.PublishFailedException where the broker does not take it
   */
  static void write(
      CleaningPlan plan,
      Instant at,
      Topic<String, RecordedRecipe> topic,
      Registry registry,
      Map<String, ?> kafkaSettings) {
    try (RecordPublisher<RecordedRecipe> publisher =
        RecordPublisher.open(topic, RecordedRecipe.SCHEMA$, LIMITS, registry, kafkaSettings)) {
      // Closing waits for it.
      var unused = publisher.publish(KEY, note(plan, at), "the recipe");
    }
  }

  private static RecordedRecipe note(CleaningPlan plan, Instant at) {
    return RecordedRecipe.newBuilder()
        .setRecipeVersion(plan.version())
        .setRecordedAt(at)
        .setConditions(
            plan.answerLimits().stream().flatMap(limit -> limit.conditions().stream()).toList())
        .setLimits(plan.answerLimits().stream().map(RecipeNote::note).toList())
        .build();
  }

  private static RecordedLimit note(AnswerLimit limit) {
    return RecordedLimit.newBuilder()
        .setAnswer(limit.name())
        .setMin(limit.min())
        .setMax(limit.max())
        .setLabels(limit.labels())
        .setWhenOutside(limit.whenOutside().name())
        .build();
  }
}
