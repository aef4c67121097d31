package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;

/**
 * Decodes an image and makes of it what a plan asks for, away from the caller's process.
 *
 * <p>Rejects: {@code IMAGE_DAMAGED}, {@code IMAGE_COLOUR_MODEL_UNSUPPORTED}, {@code
 * IMAGE_COLOUR_PROFILE_UNSUPPORTED}, {@code CROP_BOX_INVALID}, {@code IMAGE_SMALLER_THAN_TARGET},
 * {@code PREPARED_IMAGE_TOO_LARGE}, {@code DECODER_CRASH}, {@code DECODE_TIMEOUT}. Thread-safe.
 */
public interface ImageWorker {

  /**
   * Prepares one image that the gate kept.
   *
   * @throws ImageWorkerUnavailableException where no worker can prepare even a picture that is
   *     known to be good: a missing native library, a full disk. The image is not to blame.
   */
  Outcome<PreparedImage> prepare(ImageToPrepare image, ImagePlan plan);
}
