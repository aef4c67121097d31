package io.pairstream.cleaning.image;

/**
 * One finished picture.
 *
 * @param encoded the pixels, encoded as {@code encoding} says; decoded: uint8 [heightPx, widthPx,
 *     channels], row-major
 * @param encoding encoding of {@code encoded}
 * @param colour what the channels are
 * @param widthPx width in pixels
 * @param heightPx height in pixels
 */
public record Picture(
    EncodedImage encoded, ImageEncoding encoding, PictureColour colour, int widthPx, int heightPx) {

  /**
   * A further picture of the same image.
   *
   * @param name its name in the recipe
   */
  public record Named(String name, Picture picture) {}
}
