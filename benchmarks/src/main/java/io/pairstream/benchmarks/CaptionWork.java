package io.pairstream.benchmarks;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.GatedPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * All that the default recipe does to a caption: cleaning, language, filters, tokens. The picture's
 * part is answered at once.
 */
final class CaptionWork {

  private static final ProbedImage PICTURE =
      new ProbedImage(
          new EncodedImage(new byte[0]),
          ImageType.JPEG,
          640,
          480,
          8,
          ProbedImage.ColourModel.RGB,
          false);

  private CaptionWork() {}

  /** Argument: a list of files, each with an id, a tab and a caption a line. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<ReceivedCaption> captions = new ArrayList<>();
    for (String entry : Files.readAllLines(Path.of(arguments[0]))) {
      for (String line : Files.readAllLines(Path.of(entry.substring(entry.indexOf('\t') + 1)))) {
        captions.add(new ReceivedCaption(line.substring(line.indexOf('\t') + 1), "", ""));
      }
    }
    ImageWorker none = (image, target) -> Outcome.kept(null);
    // There is no picture to measure; all that concerns captions is the default.
    RecipeReader recipe = RecipeReader.parse("captions", "quality: {measures: none}");
    CleaningPlan plan = new CleaningPlan(recipe, none, StepObserver.NONE);
    Driven.serve(
        "\"version\": \"Pairstream\", \"calls\": \"the plan\"",
        words -> {
          long kept =
              captions.stream()
                  .map(
                      caption ->
                          plan.clean(new GatedPair(PICTURE, PixelBox.WHOLE, caption, Set.of())))
                  .mapToLong(outcome -> outcome.keptOnly().size())
                  .sum();
          return kept + " " + (captions.size() - kept);
        });
  }
}
