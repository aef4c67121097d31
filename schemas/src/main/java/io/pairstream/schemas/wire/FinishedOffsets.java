package io.pairstream.schemas.wire;

import java.util.Base64;
import java.util.BitSet;

/**
 * Which offsets of a partition are finished, where work finishes out of order: all below the
 * low-water mark, and some above it.
 *
 * <p>Committed as an offset, the mark, with the others as the offset's metadata: {@code 1:} and a
 * bitmap in Base64, whose first bit is the mark's own offset (never set: the mark is the first that
 * is not finished). A broker takes 4096 bytes of metadata, so that at most {@link #MOST_ABOVE}
 * offsets from the mark on can be distinguished.
 *
 * @param low the low-water mark: the first offset that is not finished, 0 or more
 * @param above the finished ones, counted from the mark; must not be changed afterwards
 * @see <a
 *     href="https://kafka.apache.org/documentation/#brokerconfigs_offset.metadata.max.bytes">the
 *     broker's limit</a>
 */
public record FinishedOffsets(long low, BitSet above) {

  /** How many offsets from the mark on fit into the metadata: 3,000 bytes are 4,000 in Base64. */
  public static final int MOST_ABOVE = 24_000;

  private static final String VERSION = "1:";

  public FinishedOffsets {
    if (low < 0) {
      throw new IllegalArgumentException("an offset is 0 or more, not " + low);
    }
    if (above.length() > MOST_ABOVE) {
      throw new IllegalArgumentException(
          "offsets up to " + MOST_ABOVE + " above the mark fit, not " + above.length());
    }
  }

  /** All below the mark, and none above it. */
  public static FinishedOffsets below(long low) {
    return new FinishedOffsets(low, new BitSet());
  }

  /**
   * Reads what a group has committed. Metadata of another kind, as tools write that set a group's
   * offset by hand, says nothing beyond the offset.
   */
  public static FinishedOffsets read(long offset, String metadata) {
    if (metadata == null || !metadata.startsWith(VERSION)) {
      return below(offset);
    }
    try {
      byte[] bits = Base64.getDecoder().decode(metadata.substring(VERSION.length()));
      BitSet above = BitSet.valueOf(bits);
      return above.length() > MOST_ABOVE ? below(offset) : new FinishedOffsets(offset, above);
    } catch (IllegalArgumentException e) {
      return below(offset);
    }
  }

  /** The metadata to commit; empty where nothing above the mark is finished. */
  public String metadata() {
    return above.isEmpty() ? "" : VERSION + Base64.getEncoder().encodeToString(above.toByteArray());
  }

  /** Whether an offset is finished. */
  public boolean contains(long offset) {
    return offset < low || (offset - low < MOST_ABOVE && above.get((int) (offset - low)));
  }

  /** The offset behind the last finished one; the mark where none above it is. */
  public long end() {
    return low + above.length();
  }
}
