package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Makes the pixels that the trainer sees, by way of an image worker.
 *
 * <p>Rejects: what {@link ImageWorker} rejects.
 *
 * @param forbidden pictures of which a later step keeps nothing; such an answer is asked for twice
 */
public record PrepareImage(ImageWorker worker, ImagePlan plan, Predicate<PreparedImage> forbidden)
    implements Step<ImageToPrepare, PreparedImage> {

  @Override
  public String inWords() {
    return "in a worker process: " + plan.inWords();
  }

  @Override
  public Outcome<PreparedImage> apply(ImageToPrepare image) {
    Outcome<PreparedImage> answer = worker.prepare(image, plan);
    boolean confirmed = answer.keptOnly().stream().noneMatch(forbidden);
    return (confirmed ? answer : worker.confirm(image, plan, answer))
        .map(prepared -> plan.measures() ? withFileMeasures(prepared, image.image()) : prepared);
  }

  private static PreparedImage withFileMeasures(PreparedImage prepared, ProbedImage file) {
    Map<String, Double> measures = new HashMap<>(prepared.measures());
    measures.put("aspect_ratio", (double) prepared.originalWidthPx() / prepared.originalHeightPx());
    measures.put("bytes_per_pixel", (double) file.encoded().size() / file.pixels());
    return new PreparedImage(
        prepared.picture(),
        prepared.renditions(),
        prepared.originalWidthPx(),
        prepared.originalHeightPx(),
        prepared.perceptualHash(),
        prepared.mirroredHash(),
        measures);
  }
}
