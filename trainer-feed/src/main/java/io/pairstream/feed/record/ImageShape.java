package io.pairstream.feed.record;

/** Size of a picture: [height, width, channels]. */
public record ImageShape(int heightPx, int widthPx, int channels) {

  /** Values in the picture. */
  public long values() {
    return (long) heightPx * widthPx * channels;
  }

  @Override
  public String toString() {
    return heightPx + "x" + widthPx + "x" + channels;
  }
}
