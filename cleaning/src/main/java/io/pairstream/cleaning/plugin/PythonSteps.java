package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.image.StepWorker;
import io.pairstream.cleaning.image.StepWorker.Shown;
import io.pairstream.cleaning.image.StepWorker.StepJudge;
import io.pairstream.cleaning.image.StepWorker.Verdict;
import io.pairstream.cleaning.python.PythonStep;
import io.pairstream.cleaning.python.PythonStep.Sees;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.Noted;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Reads the functions in Python that a recipe names, and asks them. */
final class PythonSteps {

  private static final String SECTION = "python";

  /** Beginning of the name of such a step. */
  static final String PREFIX = SECTION + ".";

  private static final int MOST_MS = 2_000;

  private PythonSteps() {}

  /** Adds a step for each section below {@code python}, in the order of names. */
  static void addTo(Plugins plugins, RecipeReader recipe, StepWorker worker) {
    List<Noted<PythonStep>> steps = new ArrayList<>();
    for (String name : new TreeSet<>(recipe.sections(SECTION))) {
      steps.add(recipe.noting(reader -> PythonStep.read(reader, name)));
    }
    if (steps.isEmpty()) {
      return;
    }
    if (steps.stream().mapToLong(step -> step.value().limit().toMillis()).sum() > MOST_MS) {
      recipe.problem(SECTION, "max-ms of all steps together are at most " + MOST_MS);
    }
    StepJudge judge =
        worker == null ? null : worker.open(steps.stream().map(Noted::value).toList());
    for (int i = 0; i < steps.size(); i++) {
      Noted<PythonStep> step = steps.get(i);
      Asked asked = new Asked(step.value(), judge, i);
      String name = PREFIX + step.value().name();
      if (step.value().sees() == Sees.CAPTION) {
        plugins
            .captions()
            .put(name, step.map(read -> new Ask<>(asked, PythonSteps::shown, Plugins::withText)));
      } else {
        plugins
            .pictures()
            .put(
                name,
                step.map(read -> new Ask<>(asked, PythonSteps::shown, (image, text) -> image)));
      }
    }
  }

  private static Shown shown(CleanedCaption caption) {
    return Shown.caption(caption.text(), caption.language());
  }

  private static Shown shown(PreparedImage image) {
    Picture pixels = image.hiddenPixels();
    return new Shown(
        "", "", image.measures(), pixels.encoded(), pixels.widthPx(), pixels.heightPx());
  }

  /** A function, and its number among those that were opened. */
  private record Asked(PythonStep step, StepJudge judge, int number) {}

  /**
   * Asks a function.
   *
   * <p>Rejects: {@code REFUSED_BY_PLUGIN}, {@code PLUGIN_CRASHED}.
   *
   * @param <S> the stage of a pair
   */
  private record Ask<S>(Asked asked, Function<S, Shown> shown, BiFunction<S, String, S> withText)
      implements Step<S, S> {

    @Override
    public String inWords() {
      return asked.step().inWords();
    }

    @Override
    public Outcome<S> apply(S input) {
      String name = asked.step().name();
      Verdict verdict = asked.judge().ask(asked.number(), shown.apply(input));
      if (verdict instanceof Verdict.Refused refused) {
        return Fault.refused(name, refused.english(), refused.chinese());
      } else if (verdict instanceof Verdict.Kept kept) {
        try {
          return Outcome.kept(withText.apply(input, kept.caption()));
        } catch (IllegalArgumentException e) {
          return Fault.crashed(name, e.getMessage());
        }
      }
      return Fault.crashed(name, ((Verdict.Failed) verdict).words());
    }
  }
}
