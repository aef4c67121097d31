package io.pairstream.ingest.unpack;

/**
 * How much may come out of compressed bytes.
 *
 * @param ratio largest number of bytes that one compressed byte may unpack to, once {@link
 *     #FREE_BYTES} have come out; at least 1
 * @param totalBytes largest number of bytes that may come out at all; at least 1
 */
public record UnpackLimits(int ratio, long totalBytes) {

  /** What may come out whatever the ratio: a short list of equal captions packs very well. */
  static final long FREE_BYTES = 64L * 1024 * 1024;

  /** Lists of captions pack to a tenth, at the best to a thirtieth; images hardly at all. */
  private static final int USUAL_RATIO = 200;

  /** For files of whoever runs the command: any length, but no bomb. */
  public static final UnpackLimits OWN_FILES = new UnpackLimits(USUAL_RATIO, Long.MAX_VALUE);

  public UnpackLimits {
    if (ratio < 1 || totalBytes < 1) {
      throw new IllegalArgumentException(
          "ratio and total must be at least 1, were " + ratio + " and " + totalBytes);
    }
  }

  /**
   * For what strangers send.
   *
   * @param totalBytes largest number of bytes that may come out; at least 1
   */
  public static UnpackLimits atMost(long totalBytes) {
    return new UnpackLimits(USUAL_RATIO, totalBytes);
  }
}
