package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Lower case, the same on every version of Java.
 *
 * <p>The table is that of Hugging Face's tokenizers (Unicode 17); Python's knows the letters of
 * Python's own Unicode, an older one, and differs on none that both know.
 */
final class LowerCase {

  static final LowerCase INSTANCE = new LowerCase();

  private static final String TABLE = "lower-case.txt";
  private static final int CAPITAL_SIGMA = 0x3A3;
  private static final int FINAL_SIGMA = 0x3C2;

  /** Only the capital I with a dot becomes two code points. */
  private static final int CAPITAL_I_WITH_DOT = 0x130;

  /** Per code point below the last capital letter, what it becomes. */
  private final int[] lower;

  private final BitSet ignorable = new BitSet();
  private final BitSet cased = new BitSet();

  private LowerCase() {
    int[] map = new int[0x20000];
    Arrays.setAll(map, codePoint -> codePoint);
    String text = new String(VocabularyFile.read(TABLE), StandardCharsets.US_ASCII);
    text.lines().filter(line -> !line.startsWith("#")).forEach(line -> add(line, map));
    lower = map;
  }

  /** Each code point by itself, as Hugging Face's Lowercase does. */
  String of(String text) {
    return of(text, false);
  }

  /** As Python's {@code str.lower}: a capital sigma at the end of a word becomes a final one. */
  String withFinalSigma(String text) {
    return of(text, true);
  }

  private int firstChange(String text) {
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (codePoint < lower.length && lower[codePoint] != codePoint) {
        return i;
      }
      i += Character.charCount(codePoint);
    }
    return text.length();
  }

  private String of(String text, boolean finalSigma) {
    int first = firstChange(text);
    if (first == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 4).append(text, 0, first);
    for (int i = first; i < text.length(); ) {
      char c = text.charAt(i);
      if (c < 0x80) {
        out.append((char) lower[c]);
        i++;
        continue;
      }
      int codePoint = text.codePointAt(i);
      int end = i + Character.charCount(codePoint);
      if (codePoint == CAPITAL_I_WITH_DOT) {
        out.append("i\u0307");
      } else if (codePoint == CAPITAL_SIGMA && finalSigma && endsWord(text, i, end)) {
        out.appendCodePoint(FINAL_SIGMA);
      } else {
        out.appendCodePoint(codePoint < lower.length ? lower[codePoint] : codePoint);
      }
      i = end;
    }
    return out.toString();
  }

  /**
   * Whether a letter stands before the sigma and none behind it.
   *
   * @see <a href="https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/">Unicode,
   *     Final_Sigma in table 3-17</a>
   */
  private boolean endsWord(String text, int start, int end) {
    int before = start;
    while (before > 0 && ignorable.get(text.codePointBefore(before))) {
      before -= Character.charCount(text.codePointBefore(before));
    }
    if (before == 0 || !cased.get(text.codePointBefore(before))) {
      return false;
    }
    int behind = end;
    while (behind < text.length() && ignorable.get(text.codePointAt(behind))) {
      behind += Character.charCount(text.codePointAt(behind));
    }
    return behind == text.length() || !cased.get(text.codePointAt(behind));
  }

  private void add(String line, int[] map) {
    String[] fields = line.split(" ", -1);
    int last = Integer.parseInt(fields[fields.length - 1], 16);
    switch (fields[0]) {
      case "ignorable" -> ignorable.set(Integer.parseInt(fields[1], 16), last + 1);
      case "cased" -> cased.set(Integer.parseInt(fields[1], 16), last + 1);
      default -> map[Integer.parseInt(fields[0], 16)] = last;
    }
  }
}
