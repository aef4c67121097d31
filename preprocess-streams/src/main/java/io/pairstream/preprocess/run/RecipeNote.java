package io.pairstream.preprocess.run;

import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.publish.RecordPublisher;
import io.pairstream.service.rejection.RefusedAnswers;
import java.time.Instant;
import java.util.List;
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
      CleaningPlan plan, Instant at, Topic<RecordedRecipe> topic, Map<String, ?> kafkaSettings) {
    try (RecordPublisher<RecordedRecipe> publisher =
        RecordPublisher.open(topic, LIMITS, kafkaSettings)) {
      // Closing waits for it.
      var unused = publisher.publish(KEY, note(plan, at), "the recipe");
    }
  }

  private static RecordedRecipe note(CleaningPlan plan, Instant at) {
    List<RecordedLimit> limits = RefusedAnswers.recorded(plan.answerLimits());
    return RecordedRecipe.newBuilder()
        .setRecipeVersion(plan.version())
        .setRecordedAt(at)
        .setConditions(
            limits.stream()
                .filter(AnswerLimits::isHolding)
                .flatMap(limit -> AnswerLimits.wanted(limit).stream())
                .map(Condition::toString)
                .toList())
        .setLimits(limits)
        .build();
  }
}
