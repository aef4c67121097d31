package io.pairstream.cleaning.image;

import java.util.Arrays;

/**
 * What a JPEG's scans have brought so far: which coefficients of which component, and how exactly.
 *
 * <p>A progressive file that is cut between two scans and closed with an end marker decodes without
 * a complaint, only coarser. Its scan headers tell (ITU-T T.81, G.1.1.1).
 */
final class JpegScans {

  private static final int COEFFICIENTS = 64;
  private static final int NEVER_SEEN = 0xFF;

  private final int[] ids;
  private final boolean progressive;

  /** Per component and coefficient: how many low bits are still missing. */
  private final int[][] missingBits;

  /**
   * No scan yet.
   *
   * @param ids the components' identifiers, in the order of the frame header
   * @param progressive whether each scan brings a part of the coefficients only
   */
  JpegScans(int[] ids, boolean progressive) {
    this.ids = ids.clone();
    this.progressive = progressive;
    missingBits = new int[ids.length][COEFFICIENTS];
    for (int[] component : missingBits) {
      Arrays.fill(component, NEVER_SEEN);
    }
  }

  /** Notes the scan whose header segment begins at {@code at}; false where that is none. */
  boolean add(HeaderBytes file, int at, int length) {
    if (length < 6) {
      return false;
    }
    int count = file.u8(at + 2);
    if (count < 1 || count > 4 || length != 6 + 2 * count) {
      return false;
    }
    int selection = at + 3 + 2 * count;
    int first = progressive ? file.u8(selection) : 0;
    int last = progressive ? file.u8(selection + 1) : COEFFICIENTS - 1;
    if (first > last || last >= COEFFICIENTS) {
      return false;
    }
    int missing = progressive ? file.u8(selection + 2) & 0x0F : 0;
    for (int i = 0; i < count; i++) {
      int id = file.u8(at + 3 + 2 * i);
      for (int component = 0; component < ids.length; component++) {
        if (ids[component] == id) {
          Arrays.fill(missingBits[component], first, last + 1, missing);
        }
      }
    }
    return true;
  }

  /** Whether every bit of every coefficient has been brought. */
  boolean complete() {
    return Arrays.stream(missingBits)
        .flatMapToInt(Arrays::stream)
        .allMatch(missing -> missing == 0);
  }
}
