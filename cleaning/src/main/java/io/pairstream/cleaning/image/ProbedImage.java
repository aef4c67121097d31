package io.pairstream.cleaning.image;

/**
 * An encoded image together with what its header declares. No pixel is decoded.
 *
 * @param encoded the file's bytes, as decoders are to get them: what is missing or too much, and
 *     says nothing of the pixels, is mended
 * @param type format by magic bytes
 * @param widthPx declared width in pixels as stored, before any EXIF rotation; at least 1
 * @param heightPx declared height in pixels as stored; at least 1
 * @param bitDepth bits per channel
 * @param colour colour model
 * @param animated whether the file holds more than one frame
 * @param scans how often decoding goes over the pixels; 1 but for JPEGs
 * @param bytesPerPixel what a decoder makes of a pixel: a byte or two for each channel; 1 to 8
 */
public record ProbedImage(
    EncodedImage encoded,
    ImageType type,
    int widthPx,
    int heightPx,
    int bitDepth,
    ColourModel colour,
    boolean animated,
    int scans,
    int bytesPerPixel) {

  /** How the file stores colour. */
  public enum ColourModel {
    GREY(1),
    RGB(3),
    PALETTE(4),
    CMYK(4);

    private final int channels;

    ColourModel(int channels) {
      this.channels = channels;
    }
  }

  /** A file of one scan, without alpha. */
  public ProbedImage(
      EncodedImage encoded,
      ImageType type,
      int widthPx,
      int heightPx,
      int bitDepth,
      ColourModel colour,
      boolean animated) {
    this(
        encoded,
        type,
        widthPx,
        heightPx,
        bitDepth,
        colour,
        animated,
        1,
        colour.channels * (bitDepth > 8 ? 2 : 1));
  }

  /**
   * Returns a copy with other bytes that declare the same picture.
   *
   * @param otherScans how many times decoding goes over the pixels
   */
  public ProbedImage with(EncodedImage other, int otherScans) {
    return new ProbedImage(
        other, type, widthPx, heightPx, bitDepth, colour, animated, otherScans, bytesPerPixel);
  }

  public long pixels() {
    return (long) widthPx * heightPx;
  }

  /** Size of the decoded picture, in bytes. */
  public long decodedBytes() {
    return pixels() * bytesPerPixel;
  }

  /** How many pixels decoding goes over in all scans together. */
  public long scannedPixels() {
    return pixels() * scans;
  }

  /**
   * Cost of decoding, in bytes that are written or gone over: each of the decoded picture, and one
   * for each pixel of each further scan.
   */
  public long decodingBytes() {
    return decodedBytes() + scannedPixels() - pixels();
  }

  /** Width and height for a person: {@code 640x480}. */
  public String size() {
    return widthPx + "x" + heightPx;
  }
}
