package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.split.Split;
import io.pairstream.trial.TrialSummary;
import java.nio.file.Path;
import java.util.List;

/**
 * What a recipe made of local files, as JSON.
 *
 * @param contactSheet null where none is written
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TriedRecipe(
    String recipe,
    String version,
    long pairs,
    long kept,
    long training,
    long validation,
    long test,
    long copies,
    long rejected,
    long changedCaptions,
    long truncatedCaptions,
    List<Reason> reasons,
    long problemCount,
    Path contactSheet) {

  /** Pairs that were rejected for one reason. */
  record Reason(String reason, long count, String remedy, List<Example> examples) {

    private static Reason of(TrialSummary.Refusals refusals) {
      return new Reason(
          refusals.reason().name(),
          refusals.count(),
          refusals.reason().remedy(),
          refusals.examples().stream().map(Example::of).toList());
    }
  }

  /** One of them. */
  record Example(String where, String detail, String measured, String limit) {

    private static Example of(TrialSummary.Example example) {
      return new Example(
          example.where(),
          example.rejection().detail(),
          example.rejection().measured(),
          example.rejection().limit());
    }
  }

  static TriedRecipe of(
      RecipeFile file, CleaningPlan plan, TrialSummary summary, long problems, Path sheet) {
    return new TriedRecipe(
        file.name(),
        plan.version(),
        summary.pairs(),
        summary.keptInAll(),
        summary.kept(Split.TRAINING),
        summary.kept(Split.VALIDATION),
        summary.kept(Split.TEST),
        summary.copies(),
        summary.refusedInAll(),
        summary.changedCaptions(),
        summary.truncatedCaptions(),
        summary.refusals().stream().map(Reason::of).toList(),
        problems,
        sheet);
  }
}
