package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import java.util.Set;

/**
 * Decodes an image and makes of it what a plan asks for, away from the caller's process.
 *
 * <p>Rejects: {@code IMAGE_DAMAGED}, {@code IMAGE_COLOUR_MODEL_UNSUPPORTED}, {@code
 * IMAGE_COLOUR_PROFILE_UNSUPPORTED}, {@code CROP_BOX_INVALID}, {@code IMAGE_SMALLER_THAN_TARGET},
 * {@code PREPARED_IMAGE_TOO_LARGE}, {@code DECODER_CRASH}, {@code DECODE_TIMEOUT}. Thread-safe.
 */
public interface ImageWorker extends StepWorker {

  /** Reasons for which a worker may reject an image; none of them can be waived. */
  Set<RejectReason> REASONS =
      Set.of(
          RejectReason.IMAGE_DAMAGED,
          RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
          RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED,
          RejectReason.CROP_BOX_INVALID,
          RejectReason.IMAGE_SMALLER_THAN_TARGET,
          RejectReason.PREPARED_IMAGE_TOO_LARGE);

  /**
   * Prepares one image that the gate kept.
   *
   * @throws ImageWorkerUnavailableException where no worker can prepare even a picture that is
   *     known to be good: a missing native library, a full disk. The image is not to blame.
   */
  Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan);

  /**
   * Prepares an image again, away from whatever has seen another image, before an answer is acted
   * on that would throw the original away.
   *
   * @param doubted what {@link #prepare} answered
   */
  default Outcome<PreparedImage> confirm(
      ImageToPrepare image, ImagePlan plan, Outcome<PreparedImage> doubted) {
    return prepare(image, plan);
  }

  /**
   * An image that passed the gate, and what else counts when its pixels are made.
   *
   * @param image the file with what its header declares
   * @param cropBox the part that the producer means, in upright pixels
   */
  public record ImageToPrepare(ProbedImage image, PixelBox cropBox) {

    /** The whole image, by itself. */
    public static ImageToPrepare whole(ProbedImage image) {
      return new ImageToPrepare(image, PixelBox.WHOLE);
    }
  }

  /** No image worker is able to work, whatever the image: the world is bad, not the record. */
  public static final class ImageWorkerUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ImageWorkerUnavailableException(String message, Throwable cause) {
      super(message, cause);
    }

    public ImageWorkerUnavailableException(String message) {
      super(message);
    }
  }
}
