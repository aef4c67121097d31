package io.pairstream.cleaning.caption;

import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repairs UTF-8 that was read as Windows-1252 or Latin-1: {@code cafÃ©} becomes {@code café}.
 *
 * <p>Works on sequences, not on the whole text, so that one broken word among good ones is repaired
 * as well. A sequence is a character that stands for a UTF-8 lead byte, with as many characters
 * behind it that stand for continuation bytes as that byte asks for, and means a character that
 * text may hold. It is repaired unless it may be intended: a letter with an accent at the end of a
 * word and closing punctuation behind it ({@code “caffè”…}, {@code ÇA VA À™}). Such a sequence
 * needs another one next to it or, where the letter is a capital, a small letter; or a clear one
 * anywhere in the text.
 *
 * <p>Also {@code Ã} and {@code Â} before a space, which was the second byte of an {@code à} or of a
 * no-break space, where they follow a small letter; and {@code Ã} as a word alone.
 *
 * <p>Takes time in proportion to the text.
 *
 * @see <a href="https://ftfy.readthedocs.io/en/latest/heuristic.html">ftfy's heuristic</a>
 */
final class Mojibake {

  /** Characters of Windows-1252 for bytes 0x80 to 0x9F; U+0000 where it has none. */
  private static final String WINDOWS_1252 =
      "\u20AC\u0000\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u0000\u017D"
          + "\u0000\u0000\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153"
          + "\u0000\u017E\u0178";

  /** Characters that may follow the last letter of a word. */
  private static final String BEHIND_WORDS =
      "\u00A0\u00AB\u00AD\u00AE\u00BB\u2018\u2019\u201A\u201C\u201D\u201E\u2026\u2013\u2014\u2122"
          + "\u2039\u203A";

  /** Characters that follow a letter in a unit or a formula. */
  private static final String BEHIND_UNITS =
      "\u00A9\u00AA\u00B0\u00B2\u00B3\u00B4\u00B7\u00B9\u00BA";

  private static final int MOST_TIMES = 4;

  /**
   * A character that stands for a lead byte, followed by as many continuation characters as that
   * byte announces.
   */
  private static final Pattern SEQUENCE =
      Pattern.compile(
          "[\u00C2-\u00DF]%1$s|[\u00E0-\u00EF]%1$s{2}|[\u00F0-\u00F4]%1$s{3}"
              .formatted("[\u0080-\u00BF" + WINDOWS_1252.replace("\0", "") + "]"));

  private static final Pattern LOST_SPACE =
      Pattern.compile(
          "(?<=\\p{javaLowerCase})[\u00C2\u00C3](?= .)|(?<= )\u00C3(?= \\p{javaLowerCase})");

  private Mojibake() {}

  /** The text as it was before it was decoded wrongly, up to {@value #MOST_TIMES} times. */
  static String repaired(String text) {
    String repaired = LegacyMojibake.repaired(text);
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
    if (text.chars().noneMatch(c -> c >= 0xC2 && c <= 0xF4)) {
      return text;
    }
    boolean broken = SEQUENCE.matcher(text).results().anyMatch(found -> isWrong(text, found));
    String decoded =
        broken
            ? SEQUENCE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(decoded(found.group())))
            : text;
    return LOST_SPACE
        .matcher(decoded)
        .replaceAll(found -> found.group().equals("\u00C3") ? "\u00E0" : "");
  }

  /**
   * The bytes that were read as the text, a char for each; empty where other characters are there.
   */
  static String bytes(String text) {
    StringBuilder bytes = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int place = c == 0 ? -1 : WINDOWS_1252.indexOf(c);
      if (place < 0 && c > 0xFF) {
        return "";
      }
      bytes.append(place < 0 ? c : (char) (0x80 + place));
    }
    return bytes.toString();
  }

  /**
   * The character that the sequence encodes; the sequence itself where text may not hold that
   * character.
   */
  private static String decoded(String sequence) {
    byte[] bytes = bytes(sequence).getBytes(StandardCharsets.ISO_8859_1);
    String decoded = new String(bytes, StandardCharsets.UTF_8);
    if (decoded.equals("\uFFFD") && !sequence.equals("\u00EF\u00BF\u00BD")) {
      return sequence; // half of a surrogate pair
    }
    return decoded.codePointCount(0, decoded.length()) == 1 && isText(decoded.codePointAt(0))
        ? decoded
        : sequence;
  }

  private static boolean isText(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UNASSIGNED -> // emoji may be newer than the Java platform
          codePoint >= 0x1F000 && codePoint <= 0x1FAFF;
      case Character.PRIVATE_USE -> false;
      default -> true;
    };
  }

  /** Whether the characters of the sequence do not occur side by side in correct text. */
  private static boolean isWrong(String text, MatchResult found) {
    String decoded = decoded(found.group());
    if (decoded.equals(found.group())) {
      return false;
    }
    int lead = found.start();
    int end = found.end();
    char letter = text.charAt(lead);
    char before = lead == 0 ? ' ' : text.charAt(lead - 1);
    char behind = end < text.length() ? text.charAt(end) : ' ';
    Matcher next = SEQUENCE.matcher(text).region(end, text.length());
    if (next.lookingAt() && !decoded(next.group()).equals(next.group())) {
      return true;
    }
    if (decoded.charAt(0) < 0xA0) {
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
    for (int i = 1; i < end - lead; i++) {
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
}
