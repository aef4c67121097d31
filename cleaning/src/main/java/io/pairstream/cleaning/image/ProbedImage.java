package io.pairstream.cleaning.image;

/**
 * An encoded image together with what its header declares. No pixel is decoded.
 *
 * @param encoded the file's bytes
 * @param type format by magic bytes
 * @param widthPx declared width in pixels as stored, before any EXIF rotation; at least 1
 * @param heightPx declared height in pixels as stored; at least 1
 * @param bitDepth bits per channel
 * @param colour colour model
 * @param animated whether the file holds more than one frame
 */
public record ProbedImage(
    EncodedImage encoded,
    ImageType type,
    int widthPx,
    int heightPx,
    int bitDepth,
    ColourModel colour,
    boolean animated) {

  /** How the file stores colour. */
  public enum ColourModel {
    GREY,
    RGB,
    PALETTE,
    CMYK
  }

  public int shorterSidePx() {
    return Math.min(widthPx, heightPx);
  }

  /** Longer side over shorter side; at least 1. */
  public double aspectRatio() {
    return (double) Math.max(widthPx, heightPx) / shorterSidePx();
  }

  public long pixels() {
    return (long) widthPx * heightPx;
  }

  /** Width and height for a person: {@code 640x480}. */
  public String size() {
    return widthPx + "x" + heightPx;
  }
}
