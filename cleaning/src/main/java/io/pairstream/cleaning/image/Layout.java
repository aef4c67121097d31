package io.pairstream.cleaning.image;

/**
 * Where the pixels of a result come from and where they go. All in upright pixels.
 *
 * @param source the part of the original that is scaled
 * @param scaledWidthPx width to which it is scaled
 * @param scaledHeightPx height to which it is scaled
 * @param leftPx columns of canvas to the left of it
 * @param topPx rows of canvas above it
 * @param widthPx width of the result
 * @param heightPx height of the result
 */
public record Layout(
    PixelBox source,
    int scaledWidthPx,
    int scaledHeightPx,
    int leftPx,
    int topPx,
    int widthPx,
    int heightPx) {

  /** Whether there is any canvas around the picture. */
  public boolean isPadded() {
    return scaledWidthPx != widthPx || scaledHeightPx != heightPx;
  }

  static Layout filled(PixelBox source, int widthPx, int heightPx) {
    return new Layout(source, widthPx, heightPx, 0, 0, widthPx, heightPx);
  }
}
