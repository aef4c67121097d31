package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/**
 * The letters that stand for bytes in the vocabularies of byte-level encodings: printable Latin-1
 * characters for themselves, U+0100 and the following for the other bytes in order.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">bytes_to_unicode</a>
 */
final class ByteLetters {

  /** The bytes in the order in which vocabularies list them: the printable ones first. */
  private static final int[] ORDER =
      IntStream.concat(
              IntStream.range(0, 256).filter(ByteLetters::isPrintable),
              IntStream.range(0, 256).filter(b -> !isPrintable(b)))
          .toArray();

  private static final int PRINTABLE =
      (int) IntStream.range(0, 256).filter(ByteLetters::isPrintable).count();

  private static final char[] LETTERS = new char[256];

  static {
    for (int place = 0; place < 256; place++) {
      LETTERS[ORDER[place]] = (char) (place < PRINTABLE ? ORDER[place] : 256 + place - PRINTABLE);
    }
  }

  private ByteLetters() {}

  /** The letter of a byte, 0 to 255. */
  static char letter(int b) {
    return LETTERS[b];
  }

  /** The letters of a text's bytes in UTF-8. */
  static String of(String text) {
    StringBuilder letters = new StringBuilder(text.length() + 8);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      letters.append(LETTERS[b & 0xFF]);
    }
    return letters.toString();
  }

  /**
   * Whether a character stands for a byte; others than letters below U+0100 stand for their own.
   */
  static boolean isLetter(int character) {
    return character < 512 - PRINTABLE;
  }

  /** The bytes that letters stand for. */
  static byte[] bytes(String letters) {
    byte[] bytes = new byte[letters.length()];
    for (int i = 0; i < bytes.length; i++) {
      char letter = letters.charAt(i);
      bytes[i] = (byte) (letter < 256 ? letter : ORDER[letter - 256 + PRINTABLE]);
    }
    return bytes;
  }

  /** The byte, 0 to 255, at a place of the vocabularies' order, 0 to 255. */
  static int inOrder(int place) {
    return ORDER[place];
  }

  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }
}
