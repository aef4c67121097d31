package io.pairstream.cleaning.caption;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Characters that are written in Chinese alone, such as 们, or in Japanese alone, such as 駅.
 *
 * <p>The national character sets decide: Japanese alone are the 848 ideographs of JIS X 0208 that
 * are neither in GB 2312 nor in Big5, Chinese alone those of these two that JIS X 0208 lacks.
 */
final class HanForms {

  private static final BitSet CHINESE = encodable("GB2312");
  private static final BitSet JAPANESE = encodable("Shift_JIS");

  static {
    CHINESE.or(encodable("Big5"));
    BitSet all = (BitSet) CHINESE.clone();
    CHINESE.andNot(JAPANESE);
    JAPANESE.andNot(all);
  }

  private HanForms() {}

  /** The ideographs that a character set has. */
  private static BitSet encodable(String charset) {
    CharsetEncoder encoder = Charset.forName(charset).newEncoder();
    return IntStream.rangeClosed(0x4E00, 0x9FFF)
        .filter(c -> encoder.canEncode((char) c))
        .collect(BitSet::new, BitSet::set, BitSet::or);
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
