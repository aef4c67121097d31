package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;

/**
 * Decodes, orients, crops, scales and encodes an image in one call, away from the caller's process.
 *
 * <p>Rejects: {@code IMAGE_DAMAGED}, {@code DECODER_CRASH}, {@code DECODE_TIMEOUT}. Thread-safe.
 */
public interface ImageWorker {

  /**
   * Prepares one image that the gate kept.
   *
   * @throws ImageWorkerUnavailableException where no worker can prepare even a picture that is
   *     known to be good: a missing native library, a full disk. The image is not to blame.
   */
  Outcome<PreparedImage> prepare(ProbedImage image, ImageTarget target);
}
