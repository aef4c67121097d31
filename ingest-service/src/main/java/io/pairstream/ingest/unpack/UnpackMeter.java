package io.pairstream.ingest.unpack;

/** Counts what goes into unpacking and what comes out, for one file. For one thread. */
public final class UnpackMeter {

  private final UnpackLimits limits;
  private long packedBytes;
  private long unpackedBytes;

  public UnpackMeter(UnpackLimits limits) {
    this.limits = limits;
  }

  /** Notes compressed bytes that were read. */
  public void packed(long bytes) {
    packedBytes += bytes;
  }

  /**
   * Notes bytes that came out, or are about to.
   *
   * @throws UnpackLimitException where they are too many
   */
  public void unpacked(long bytes) throws UnpackLimitException {
    unpackedBytes += bytes;
    if (unpackedBytes > limits.totalBytes()) {
      throw new UnpackLimitException(
          "it unpacks to more than "
              + limits.totalBytes()
              + " bytes, the most that is taken; send it in parts");
    }
    if (unpackedBytes > UnpackLimits.FREE_BYTES
        && unpackedBytes / limits.ratio() > Math.max(1, packedBytes)) {
      throw new UnpackLimitException(
          "it unpacks to more than "
              + limits.ratio()
              + " times its size, as no data set does; nothing more of it is read");
    }
  }
}
