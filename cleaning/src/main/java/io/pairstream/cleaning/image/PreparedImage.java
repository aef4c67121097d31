package io.pairstream.cleaning.image;

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
 * @param measures what was measured in the picture, by name
 */
public record PreparedImage(
    Picture picture,
    List<Picture.Named> renditions,
    int originalWidthPx,
    int originalHeightPx,
    long perceptualHash,
    Map<String, Double> measures) {

  public PreparedImage {
    renditions = List.copyOf(renditions);
    measures = Map.copyOf(measures);
  }
}
