package io.pairstream.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.operations.canary.CanaryPair;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Canaries meet the real rules and a real image worker. */
class CanaryIsTurnedAwayTest {

  private static ImageWorkerPool workers;

  @TempDir Path folder;

  @BeforeAll
  static void startWorkers() {
    workers =
        new ImageWorkerPool(
            WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1)
                .withDeadline(Duration.ofMinutes(1))
                .withStartLimit(Duration.ofMinutes(10)));
  }

  @AfterAll
  static void stopWorkers() {
    workers.close();
  }

  @Test
  void afterAWorkerHasLookedAtIt() throws Exception {
    assertThat(reasons(RecipeReader.parse("test.yaml", "")))
        .containsOnly(RejectReason.IMAGE_DAMAGED);
  }

  @Test
  void howeverLittleARecipeAsksFor() throws Exception {
    String recipe = "image: {min-side-px: 1}\ncaption: {min-words: 1}\n";

    assertThat(reasons(RecipeReader.parse("test.yaml", recipe)))
        .containsOnly(RejectReason.IMAGE_DAMAGED);
  }

  @ParameterizedTest
  @FieldSource("io.pairstream.cleaning.recipe.RecipeFile#SHIPPED")
  void underEachRecipeThatIsShipped(String name) throws Exception {
    assertThat(reasons(RecipeFile.find(name).reader())).doesNotContainNull();
  }

  private List<RejectReason> reasons(RecipeReader recipe) throws Exception {
    StringBuilder list = new StringBuilder("image\tcaption\n");
    for (int i = 0; i < CanaryPair.COUNT; i++) {
      RawPair canary = CanaryPair.of(i, Instant.EPOCH);
      Files.write(folder.resolve(i + ".png"), canary.getImage().array());
      list.append(i).append(".png\t").append(canary.getCaption()).append('\n');
    }
    Files.writeString(folder.resolve("captions.tsv"), list);
    CleaningPlan plan = new CleaningPlan(recipe, workers, StepObserver.NONE);
    List<RejectReason> reasons = new ArrayList<>();
    try (PairSource source = new PairSources(SourceOptions.of(SourceKind.SYNTHETIC)).open(folder)) {
      new RecipeTrial(plan, 1)
          .run(
              source,
              Long.MAX_VALUE,
              pair ->
                  reasons.add(
                      pair.verdict() instanceof Verdict.Refused refused
                          ? refused.rejection().reason()
                          : null),
              problem -> {
                throw new AssertionError(problem);
              });
    }
    assertThat(reasons).hasSize(CanaryPair.COUNT);
    return reasons;
  }
}
