package io.pairstream.storage;

import java.io.IOException;

/**
 * Counts what goes into unpacking and what comes out, so that a bomb is distinguished from a data
 * set. For one thread.
 */
public final class UnpackingMeter {

  /**
   * Unpacked bytes up to which any ratio is allowed: a short list of equal captions packs very
   * well.
   */
  private static final long FREE_BYTES = 64L * 1024 * 1024;

  /**
   * Most bytes that one compressed byte may unpack to. Lists of captions pack to a tenth, at the
   * best to a thirtieth; images hardly at all.
   */
  private static final int RATIO = 200;

  private long packedBytes;
  private long unpackedBytes;

  /** Compressed bytes that were read. */
  public long packedBytes() {
    return packedBytes;
  }

  /** Notes compressed bytes that were read. */
  public void packed(long bytes) {
    packedBytes += bytes;
  }

  /**
   * Notes bytes that came out, or are about to.
   *
   * @throws IOException where they are too many
   */
  public void unpacked(long bytes) throws IOException {
    unpackedBytes += bytes;
    if (unpackedBytes > FREE_BYTES && unpackedBytes / RATIO > Math.max(1, packedBytes)) {
      throw new IOException(
          "it unpacks to more than %s times its size, as no data set does; nothing more of it is read"
              .formatted(RATIO));
    }
  }
}
