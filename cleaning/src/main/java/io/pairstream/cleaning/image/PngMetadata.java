package io.pairstream.cleaning.image;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * How much the compressed texts and the colour profile of one PNG unfold to (W3C PNG, 11.3.3).
 *
 * <p>A chunk of a few hundred bytes may unfold to gigabytes in a decoder that keeps all it finds.
 * What is damaged counts as far as it unfolds: decoders pass over it. Each counts as a kilobyte at
 * least, for a file has room for half a million of them.
 */
final class PngMetadata {

  /** More than any colour profile in use; unfolds within milliseconds. */
  static final int MAX_BYTES = 4 * 1024 * 1024;

  /** What the smallest chunk counts as. With it no file has more than 4,096 of them. */
  static final int LEAST_BYTES = 1024;

  private final byte[] file;
  private final byte[] buffer = new byte[16 * 1024];
  private int left = MAX_BYTES;

  PngMetadata(byte[] file) {
    this.file = file;
  }

  /** Whether this chunk, together with those before it, stays within the limit. */
  boolean unfolds(String type, int start, int length) {
    int end = start + length;
    int at = afterZero(start, end);
    if (type.equals("iTXt")) {
      boolean compressed = at < end && file[at] == 1;
      if (!compressed) {
        return true;
      }
      at = afterZero(afterZero(at + 2, end), end);
    } else {
      at++; // the method, of which there is one
    }
    return at >= end || unfolds(at, end);
  }

  private boolean unfolds(int start, int end) {
    int leftAfterwards = left - LEAST_BYTES;
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(file, start, end - start);
      while (left >= 0 && !inflater.finished()) {
        int unfolded = inflater.inflate(buffer);
        if (unfolded == 0) {
          break; // cut off, or in need of a dictionary
        }
        left -= unfolded;
      }
    } catch (DataFormatException e) {
      // Damaged from here on.
    } finally {
      inflater.end();
    }
    left = Math.min(left, leftAfterwards);
    return left >= 0;
  }

  private int afterZero(int start, int end) {
    int at = start;
    while (at < end && file[at] != 0) {
      at++;
    }
    return at + 1;
  }
}
