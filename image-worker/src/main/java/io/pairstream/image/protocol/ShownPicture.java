package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;

/**
 * A picture that a model is shown, as it is stored.
 *
 * @param bytes at most {@value #MOST_BYTES}: a file, or pixels
 * @param encoding what the bytes are
 * @param width in pixels; read for {@link Encoding#RAW} alone, like {@code height} and {@code
 *     channels}
 * @param height in pixels
 * @param channels 1 or 3
 */
public record ShownPicture(
    EncodedImage bytes, Encoding encoding, int width, int height, int channels) {

  /** Largest picture that a process is given. */
  public static final int MOST_BYTES = 64 << 20;

  /** Form of a picture's bytes. */
  public enum Encoding {
    /** uint8 [height, width, channels] in RGB or grey. */
    RAW,
    JPEG,
    PNG,
    WEBP
  }

  public ShownPicture {
    if (bytes.size() > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a picture has at most " + MOST_BYTES + " bytes, this one " + bytes.size());
    }
  }

  /** Pixels: uint8 [height, width, channels]. */
  public static ShownPicture raw(byte[] pixels, int width, int height, int channels) {
    return new ShownPicture(new EncodedImage(pixels), Encoding.RAW, width, height, channels);
  }

  /** A file, whose first bytes say its type; one of an unknown type counts as JPEG. */
  public static ShownPicture file(byte[] bytes) {
    Encoding encoding =
        switch (ImageType.of(bytes).orElse(ImageType.JPEG)) {
          case PNG -> Encoding.PNG;
          case WEBP -> Encoding.WEBP;
          case JPEG, GIF -> Encoding.JPEG;
        };
    return new ShownPicture(new EncodedImage(bytes), encoding, 0, 0, 3);
  }
}
