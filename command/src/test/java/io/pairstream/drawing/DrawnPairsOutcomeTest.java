package io.pairstream.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleanedPair;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.drawing.DrawnPair.Content;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.publish.NewPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DrawnPairsOutcomeTest {

  /** What the steps cannot see: these are judged by the topology, on the way in. */
  private static final Set<DrawnKind> NOT_FOR_STEPS =
      EnumSet.of(
          DrawnKind.DUPLICATE, DrawnKind.BROKEN_UTF8, DrawnKind.GARBAGE, DrawnKind.UNKNOWN_SCHEMA);

  @Test
  void stepsJudgeEachPairAsItSays() {
    DrawnPairs pairs = new DrawnPairs(11, 0.5);
    Set<DrawnKind> seen = EnumSet.noneOf(DrawnKind.class);
    try (ImageWorkerPool workers =
        new ImageWorkerPool(
            WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
                .withDeadline(Duration.ofMinutes(1))
                .withStartLimit(Duration.ofMinutes(10)))) {
      CleaningPlan plan =
          new CleaningPlan(RecipeReader.parse("default", ""), workers, StepObserver.NONE);
      for (long index = 0; index < 300; index++) {
        if (!NOT_FOR_STEPS.contains(pairs.kindAt(index))) {
          DrawnPair drawn = pairs.at(index);
          Outcome<CleanedPair> outcome = plan.gate(submitted(drawn)).then(plan::clean);
          Optional<RejectReason> reason =
              outcome.fold(kept -> Optional.empty(), rejection -> Optional.of(rejection.reason()));

          assertThat(reason)
              .as("pair %d, %s: %s", index, drawn.kind(), outcome)
              .isEqualTo(drawn.rejection());
          seen.add(drawn.kind());
        }
      }
    }
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.copyOf(NOT_FOR_STEPS)));
  }

  private static SubmittedPair submitted(DrawnPair drawn) {
    NewPair pair = ((Content.Submitted) drawn.content()).pair();
    byte[] image = new byte[pair.imageBytes()];
    pair.image().duplicate().get(image);
    return new SubmittedPair(
        new EncodedImage(image), new ReceivedCaption(pair.caption(), pair.language()), Map.of());
  }
}
