package io.pairstream.image.protocol;

/**
 * A picture as it is stored. Takes ownership of the bytes, which must not be changed.
 *
 * @param bytes at most {@value #MOST_BYTES}: a file, or for {@code raw} uint8 [height, width,
 *     channels] in RGB or grey
 * @param encoding {@code raw} for pixels; anything else for a file, whose own bytes tell its type
 * @param width in pixels; read for {@code raw} alone, like {@code height} and {@code channels}
 * @param height in pixels
 * @param channels 1 or 3
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ShownPicture(byte[] bytes, String encoding, int width, int height, int channels) {

  /** Largest picture that a process is given. */
  public static final int MOST_BYTES = 16 << 20;

  public ShownPicture {
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a picture has at most " + MOST_BYTES + " bytes, this one " + bytes.length);
    }
  }

  /** A picture in a file of its own: JPEG, PNG or WebP. */
  public static ShownPicture file(byte[] bytes) {
    String type =
        bytes.length == 0 || bytes[0] == (byte) 0xFF ? "jpeg" : bytes[0] == 'R' ? "webp" : "png";
    return new ShownPicture(bytes, type, 0, 0, 3);
  }
}
