package io.pairstream.cleaning.caption;

/**
 * Repairs UTF-8 that was read as Windows-1252 or Latin-1: {@code cafÃ©} becomes {@code café}.
 *
 * <p>Works on sequences, not on the whole text, so that one broken word among good ones is repaired
 * as well. A sequence is a character that stands for a UTF-8 lead byte, with as many characters
 * behind it that stand for continuation bytes as that byte asks for, and means a character that
 * text may hold. It is repaired unless it may be what somebody wrote: a letter with an accent at
 * the end of a word and closing punctuation behind it ({@code “caffè”…}, {@code ÇA VA À™}). Such a
 * sequence needs another one next to it or, where the letter is a capital, a small letter; or a
 * clear one anywhere in the text.
 *
 * <p>Also {@code Ã} and {@code Â} before a space, which was the second byte of an {@code à} or of a
 * no-break space, where they stand behind a small letter; and {@code Ã} as a word alone.
 *
 * <p>Takes time in proportion to the text.
 *
 * @see <a href="https://ftfy.readthedocs.io/en/latest/heuristic.html">ftfy's heuristic</a>
 */
final class Mojibake {

  /** What bytes 0x80 to 0x9F are in Windows-1252; U+0000 where it has no character. */
  private static final String WINDOWS_1252 =
      "\u20AC\u0000\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u0000\u017D"
          + "\u0000\u0000\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153"
          + "\u0000\u017E\u0178";

  /** What may stand behind the last letter of a word. */
  private static final String BEHIND_WORDS =
      "\u00A0\u00AB\u00AD\u00AE\u00BB\u2018\u2019\u201A\u201C\u201D\u201E\u2026\u2013\u2014\u2122"
          + "\u2039\u203A";

  /** What stands behind a letter in a unit or a formula. */
  private static final String BEHIND_UNITS =
      "\u00A9\u00AA\u00B0\u00B2\u00B3\u00B4\u00B7\u00B9\u00BA";

  private static final int MOST_TIMES = 4;

  private static final int NONE = -1;

  private Mojibake() {}

  /** The text as it was before it was decoded wrongly, up to {@value #MOST_TIMES} times. */
  static String repaired(String text) {
    String repaired = text;
    for (int times = 0; times < MOST_TIMES; times++) {
      String next = repairedOnce(repaired);
      if (next.equals(repaired)) {
        break;
      }
      repaired = next;
    }
    return repaired;
  }

  private static String repairedOnce(String text) {
    int lead = nextLead(text, 0);
    if (lead == text.length()) {
      return text;
    }
    boolean broken = holdsWrongSequence(text, lead);
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (lead < text.length()) {
      int length = sequenceLength(text.charAt(lead));
      int decoded = broken ? decode(text, lead, length) : NONE;
      if (decoded != NONE) {
        out.append(text, copied, lead).appendCodePoint(decoded);
        copied = lead + length;
        lead = nextLead(text, copied);
      } else if (isBeforeLostSpace(text, lead)) {
        out.append(text, copied, lead).append(text.charAt(lead) == '\u00C3' ? "\u00E0" : "");
        copied = lead + 1;
        lead = nextLead(text, copied);
      } else {
        lead = nextLead(text, lead + 1);
      }
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  private static boolean holdsWrongSequence(String text, int from) {
    for (int lead = from; lead < text.length(); lead = nextLead(text, lead + 1)) {
      int length = sequenceLength(text.charAt(lead));
      int decoded = decode(text, lead, length);
      if (decoded != NONE && isWrong(text, lead, length, decoded)) {
        return true;
      }
    }
    return false;
  }

  private static int nextLead(String text, int from) {
    int i = from;
    while (i < text.length() && (text.charAt(i) < 0xC2 || text.charAt(i) > 0xF4)) {
      i++;
    }
    return i;
  }

  private static int sequenceLength(char lead) {
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }

  /** The code point that a sequence stands for, or {@value #NONE} if it is none. */
  private static int decode(String text, int lead, int length) {
    if (lead + length > text.length()) {
      return NONE;
    }
    int codePoint = text.charAt(lead) & (0xFF >> (length + 1));
    for (int i = 1; i < length; i++) {
      int continuation = byteOf(text.charAt(lead + i));
      if (continuation < 0x80 || continuation > 0xBF) {
        return NONE;
      }
      codePoint = codePoint << 6 | (continuation & 0x3F);
    }
    boolean shortest = length == 2 || codePoint >= (length == 3 ? 0x800 : 0x10000);
    return shortest && isText(codePoint) ? codePoint : NONE;
  }

  private static int byteOf(char c) {
    if (c < 0x100) {
      return c;
    }
    int index = c <= 0x2122 ? WINDOWS_1252.indexOf(c) : NONE;
    return index < 0 ? NONE : 0x80 + index;
  }

  private static boolean isText(int codePoint) {
    if (codePoint > Character.MAX_CODE_POINT) {
      return false;
    }
    int type = Character.getType(codePoint);
    boolean meaningful =
        type != Character.UNASSIGNED
            && type != Character.SURROGATE
            && type != Character.PRIVATE_USE;
    // Emoji may be newer than the Java platform.
    return meaningful || (codePoint >= 0x1F000 && codePoint <= 0x1FAFF);
  }

  /** Whether nobody writes the characters of the sequence at {@code lead} next to each other. */
  private static boolean isWrong(String text, int lead, int length, int decoded) {
    char letter = text.charAt(lead);
    char before = lead == 0 ? ' ' : text.charAt(lead - 1);
    char behind = lead + length < text.length() ? text.charAt(lead + length) : ' ';
    if (isSequence(text, lead + length)) {
      return true;
    }
    if (decoded < 0xA0) {
      return false; // a control character, of which the next round makes something at best
    }
    if (letter == '\u00C3' && text.charAt(lead + 1) == '\u00A0') {
      return !Character.isUpperCase(before);
    }
    if (letter == '\u00C2') { // the first byte of a sign of Latin-1
      char sign = text.charAt(lead + 1);
      boolean closing = sign == '\u00A0' || sign == '\u00AB' || sign == '\u00BB';
      return !closing || !Character.isUpperCase(before);
    }
    boolean punctuation = true;
    boolean unit = true;
    for (int i = 1; i < length; i++) {
      char continuation = text.charAt(lead + i);
      punctuation &= BEHIND_WORDS.indexOf(continuation) >= 0;
      unit &= BEHIND_UNITS.indexOf(continuation) >= 0;
    }
    boolean ofUnit = letter == '\u00C5' || letter == '\u00D8'; // Å², Ø°
    if (!punctuation && !(unit && ofUnit)) {
      return true;
    }
    return Character.isUpperCase(letter)
        && (Character.isLowerCase(before) || Character.isLowerCase(behind));
  }

  private static boolean isSequence(String text, int lead) {
    return lead < text.length()
        && text.charAt(lead) >= 0xC2
        && text.charAt(lead) <= 0xF4
        && decode(text, lead, sequenceLength(text.charAt(lead))) != NONE;
  }

  private static boolean isBeforeLostSpace(String text, int lead) {
    char letter = text.charAt(lead);
    if ((letter != '\u00C2' && letter != '\u00C3')
        || lead == 0
        || lead + 2 >= text.length()
        || text.charAt(lead + 1) != ' ') {
      return false;
    }
    boolean alone = text.charAt(lead - 1) == ' ' && Character.isLowerCase(text.charAt(lead + 2));
    return Character.isLowerCase(text.charAt(lead - 1)) || (alone && letter == '\u00C3');
  }
}
