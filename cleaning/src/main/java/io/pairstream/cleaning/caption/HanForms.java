package io.pairstream.cleaning.caption;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.BitSet;

/**
 * Characters that are written in Chinese alone, such as 们, or in Japanese
 * alone, such as 駅.
 *
 * <p>The national character sets decide: Japanese alone are the 848 ideographs of JIS X 0208 that
 * are neither in GB 2312 nor in Big5, Chinese alone those of these two that JIS X 0208 lacks.
 */
final class HanForms {

  private static final char FIRST = '\u4E00';
  private static final char LAST = '\u9FFF';

  private static final BitSet CHINESE = encodable("GB2312");
  private static final BitSet JAPANESE = encodable("Shift_JIS");

  static {
    CHINESE.or(encodable("Big5"));
    BitSet both = (BitSet) CHINESE.clone();
    both.and(JAPANESE);
    CHINESE.andNot(both);
    JAPANESE.andNot(both);
  }

  private HanForms() {}

  private static BitSet encodable(String charset) {
    CharsetEncoder encoder = Charset.forName(charset).newEncoder();
    BitSet encodable = new BitSet();
    for (char c = FIRST; c <= LAST; c++) {
      encodable.set(c, encoder.canEncode(c));
    }
    return encodable;
  }

  /** How many characters of the text are Chinese alone. */
  static int chinese(String text) {
    return (int) text.chars().filter(CHINESE::get).count();
  }

  /** How many characters of the text are Japanese alone. */
  static int japanese(String text) {
    return (int) text.chars().filter(JAPANESE::get).count();
  }
}
