package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.EncodedImage;

/**
 * A picture that a model is shown, as it is stored.
 *
 * @param bytes at most {@value #MOST_BYTES}: a file, or pixels
 * @param isPixels whether the bytes are uint8 [height, width, channels] in RGB or grey
 * @param width in pixels; read for pixels alone, like {@code height} and {@code channels}
 * @param height in pixels
 * @param channels 1 or 3
 */
public record ShownPicture(
    EncodedImage bytes, boolean isPixels, int width, int height, int channels) {

  /** Largest picture that a process is given. */
  public static final int MOST_BYTES = 64 << 20;

  public ShownPicture {
    if (bytes.size() > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a picture has at most " + MOST_BYTES + " bytes, this one " + bytes.size());
    }
  }

  /** Pixels: uint8 [height, width, channels]. */
  public static ShownPicture raw(byte[] pixels, int width, int height, int channels) {
    return new ShownPicture(new EncodedImage(pixels), true, width, height, channels);
  }

  /** A file, whose first bytes say its type. */
  public static ShownPicture file(byte[] bytes) {
    return new ShownPicture(new EncodedImage(bytes), false, 0, 0, 3);
  }
}
