package io.pairstream.cleaning.tokens;

import java.util.Arrays;

/**
 * The letters that stand for bytes in the vocabularies of byte-level encodings: printable Latin-1
 * characters for themselves, U+0100 and the following for the other bytes in order.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">bytes_to_unicode</a>
 */
final class ByteLetters {

  private static final char[] LETTERS = new char[256];
  private static final int[] BYTES = new int[512];

  /** The bytes in the order in which vocabularies list them: the printable ones first. */
  private static final int[] ORDER = new int[256];

  static {
    int printable = 0;
    for (int b = 0; b < 256; b++) {
      if (isPrintable(b)) {
        LETTERS[b] = (char) b;
        ORDER[printable++] = b;
      }
    }
    int other = 0;
    for (int b = 0; b < 256; b++) {
      if (!isPrintable(b)) {
        LETTERS[b] = (char) (256 + other);
        ORDER[printable + other++] = b;
      }
    }
    Arrays.fill(BYTES, -1);
    for (int b = 0; b < 256; b++) {
      BYTES[LETTERS[b]] = b;
    }
  }

  private ByteLetters() {}

  /** The letter of a byte, 0 to 255. */
  static char letter(int b) {
    return LETTERS[b];
  }

  /** The byte, 0 to 255, that a letter stands for; -1 if it stands for none. */
  static int byteOf(char letter) {
    return letter < BYTES.length ? BYTES[letter] : -1;
  }

  /** The byte, 0 to 255, at a place of the vocabularies' order, 0 to 255. */
  static int inOrder(int place) {
    return ORDER[place];
  }

  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }
}
