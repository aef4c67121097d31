package io.pairstream.feed.augment;

/**
 * A picture that operations change in place: uint8 [height, width, channels], row-major, RGB or
 * grey. Its memory grows to the largest picture it has held and is used again. Not thread-safe.
 */
public final class Picture {

  private int heightPx;
  private int widthPx;
  private int channels;
  private byte[] pixels = new byte[0];
  private byte[] spare = new byte[0];

  /** Makes room for another picture, whose pixels are undefined. */
  public void begin(int newHeightPx, int newWidthPx, int newChannels) {
    heightPx = newHeightPx;
    widthPx = newWidthPx;
    channels = newChannels;
    if (pixels.length < length()) {
      pixels = new byte[length()];
    }
  }

  public int heightPx() {
    return heightPx;
  }

  public int widthPx() {
    return widthPx;
  }

  public int channels() {
    return channels;
  }

  /** How many of {@link #pixels} are the picture's. */
  public int length() {
    return heightPx * widthPx * channels;
  }

  /** The picture's own memory; its first {@link #length} bytes count. */
  public byte[] pixels() {
    return pixels;
  }

  /** As much memory again, for an operation's result. */
  byte[] spare() {
    if (spare.length < length()) {
      spare = new byte[pixels.length];
    }
    return spare;
  }

  /** Makes what was written to {@link #spare} the picture. */
  void takeSpare() {
    byte[] before = pixels;
    pixels = spare;
    spare = before;
  }
}
