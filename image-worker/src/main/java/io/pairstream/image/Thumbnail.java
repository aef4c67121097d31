package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Optional;
import java.util.Set;

/**
 * A small picture of an image: a JPEG of our own encoder, without metadata. No byte of an image
 * goes out as it came.
 */
public final class Thumbnail {

  /** Reasons of images that ended a worker: decoding one here could end this process. */
  private static final Set<String> HARMFUL =
      Set.of(RejectReason.DECODE_TIMEOUT.name(), RejectReason.DECODER_CRASH.name());

  private static final ProbeImage PROBE = new ProbeImage();
  private static final CheckImageSize SIZE = new CheckImageSize();

  private Thumbnail() {}

  /** Why an image that was rejected for this is never shown; empty where it may be. */
  public static Optional<String> refusal(String reason) {
    if (RejectReason.named(reason).filter(known -> !known.keepsOriginal()).isPresent()) {
      return Optional.of("images rejected for this reason are not kept");
    }
    return HARMFUL.contains(reason)
        ? Optional.of("decoding it ended a worker, or took too long; it is not tried again")
        : Optional.empty();
  }

  /**
   * Makes one.
   *
   * @param image as it came
   * @param sizePx longest side, in pixels; smaller images keep their size
   * @throws ImageWorkerUnavailableException where the worker cannot show anything
   */
  public static Outcome<PreparedImage> of(byte[] image, int sizePx, ImageWorker worker) {
    String recipe =
        "image: {mode: keep-ratio-largest, side-px: %d, when-smaller: keep, jpeg-quality: 85}"
            + "\nquality: {measures: none}";
    ImagePlan plan = ImagePlan.from(RecipeReader.parse("thumbnail", recipe.formatted(sizePx)));
    return PROBE
        .apply(new EncodedImage(image))
        .then(SIZE)
        .then(probed -> worker.prepare(ImageToPrepare.whole(probed), plan));
  }
}
