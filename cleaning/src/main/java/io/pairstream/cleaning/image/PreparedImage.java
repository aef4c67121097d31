package io.pairstream.cleaning.image;

import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import java.util.List;
import java.util.Map;

/**
 * An image as the trainer sees it.
 *
 * @param picture the picture that every pair has
 * @param renditions further pictures, in the recipe's order
 * @param originalWidthPx width of the original after EXIF rotation
 * @param originalHeightPx height of the original after EXIF rotation
 * @param perceptualHash 64-bit DCT hash
 * @param mirroredHash that of the mirrored picture
 * @param measures what was measured in the picture, by name
 */
public record PreparedImage(
    Picture picture,
    List<Picture.Named> renditions,
    int originalWidthPx,
    int originalHeightPx,
    long perceptualHash,
    long mirroredHash,
    Map<String, Double> measures) {

  public PreparedImage {
    renditions = List.copyOf(renditions);
    measures = Map.copyOf(measures);
  }

  /** The picture's pixels, where {@link ImagePlan#withHiddenPixels} asked for them. */
  public Picture hiddenPixels() {
    return renditions.stream()
        .filter(rendition -> rendition.name().equals(ImagePlan.HIDDEN))
        .findFirst()
        .orElseThrow()
        .picture();
  }

  /** Returns a copy without {@link #hiddenPixels}. */
  public PreparedImage withoutHiddenPixels() {
    return new PreparedImage(
        picture,
        renditions.stream()
            .filter(rendition -> !rendition.name().equals(ImagePlan.HIDDEN))
            .toList(),
        originalWidthPx,
        originalHeightPx,
        perceptualHash,
        mirroredHash,
        measures);
  }

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
      EncodedImage encoded,
      ImageEncoding encoding,
      PictureColour colour,
      int widthPx,
      int heightPx) {

    /**
     * A further picture of the same image.
     *
     * @param name its name in the recipe
     */
    public record Named(String name, Picture picture) {}
  }
}
