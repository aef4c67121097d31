package io.pairstream.cleaning.image;

/**
 * A rectangle of pixels.
 *
 * @param leftPx columns to its left; at least 0
 * @param topPx rows above it; at least 0
 * @param widthPx columns it has
 * @param heightPx rows it has
 */
public record PixelBox(int leftPx, int topPx, int widthPx, int heightPx) {

  /** Stands for the whole picture, whatever its size. */
  public static final PixelBox WHOLE = new PixelBox(0, 0, 0, 0);

  /** Whether this is {@link #WHOLE}. */
  public boolean isWhole() {
    return widthPx == 0;
  }

  /** The box itself, or all of a picture of this size where it is {@link #WHOLE}. */
  public PixelBox within(int pictureWidthPx, int pictureHeightPx) {
    return isWhole() ? new PixelBox(0, 0, pictureWidthPx, pictureHeightPx) : this;
  }

  /** Whether all of it lies on a picture of this size. */
  public boolean fits(int pictureWidthPx, int pictureHeightPx) {
    return (long) leftPx + widthPx <= pictureWidthPx && (long) topPx + heightPx <= pictureHeightPx;
  }

  /** As a producer writes it: {@code 10,20,300,200}. */
  @Override
  public String toString() {
    return leftPx + "," + topPx + "," + widthPx + "," + heightPx;
  }
}
