package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.BitSet;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The part of a text that a reader sees, with single spaces between its words.
 *
 * <p>Removed: control characters; invisible characters (the code points that Unicode calls default
 * ignorable: zero-width and soft hyphen, bidirectional controls, byte order mark, fillers, tags,
 * variation selectors, and those yet unassigned); interlinear annotation and the object replacement
 * character; noncharacters, surrogates and private use, whose meaning is not defined; and combining
 * marks beyond {@value #MAX_MARKS} in a row. Removing tags costs the flags of England, Scotland and
 * Wales, which become a black flag.
 *
 * <p>Kept although invisible:
 *
 * <ul>
 *   <li>a zero-width joiner between two pictographs, and a joiner or non-joiner between letters of
 *       a script that needs them;
 *   <li>one variation selector U+FE0E or U+FE0F after a pictograph, or in a keycap.
 * </ul>
 *
 * <p>White space of every kind becomes one space, and none at the ends. Takes time in proportion to
 * the text.
 *
 * @see <a href="https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point">UAX #44</a>
 */
final class VisibleText {

  /**
   * The longest run of combining marks that text in any language needs, with room.
   *
   * @see <a href="https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format">UAX #15</a>
   */
  private static final int MAX_MARKS = 30;

  /** Cursive and Brahmic scripts, where a joiner changes what is read. */
  private static final Set<UnicodeScript> JOINING_SCRIPTS =
      Letters.scripts(
          """
          ADLAM ARABIC BALINESE BENGALI CHAKMA DEVANAGARI GRANTHA GUJARATI GURMUKHI
          HANIFI_ROHINGYA JAVANESE KAITHI KANNADA KHMER MALAYALAM MANDAIC MONGOLIAN MYANMAR
          NEWA NKO ORIYA PHAGS_PA SHARADA SINHALA SUNDANESE SYRIAC TAMIL TELUGU TIBETAN
          TIRHUTA
          """);

  /** Unicode's White_Space, the four information separators of ASCII, and Braille's blank. */
  private static final String SPACE =
      "\\t-\\r"
          + "\\x1C-\\x20\\x85\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u2800\\u3000";

  /**
   * Control characters; Unicode's Default_Ignorable_Code_Point, the same in versions 13 to 16, but
   * for the joints; then noncharacters, interlinear annotation and the object replacement
   * character.
   */
  private static final IntPredicate REMOVED =
      codePoints(
          "0-8 E-1B 7F-84 86-9F AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B 200E-200F 202A-202E"
              + " 2060-206F 3164 FE00-FE0D FEFF FFA0 FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
              + " FDD0-FDEF FFF9-FFFC");

  /** The variation selectors for text and emoji, zero-width non-joiner and joiner. */
  private static final String JOINT = "\\uFE0E\\uFE0F\\u200C\\u200D";

  private static final Pattern SPACES =
      Pattern.compile(
          "(?<![\\u200C\\u200D])[\\u200C\\u200D]*+[" + SPACE + "][" + SPACE + JOINT + "]*+");

  private static final Pattern TOO_MANY_MARKS =
      Pattern.compile(
          "((?:[\\p{M}&&[^%1$s]][%1$s]*+){%2$s})[\\p{M}%1$s]++".formatted(JOINT, MAX_MARKS));

  private static final Pattern JOINTS = Pattern.compile("[" + JOINT + "]+");

  /** Symbols, and pictographs that Java may take for something else. */
  private static final Pattern PICTOGRAPH =
      Pattern.compile(
          "[\\p{So}\\p{Sm}\\u203C\\u2049\\u3030\\u303D\\x{1F000}-\\x{1FAFF}&&[^\\x00-\\xA8]]");

  private VisibleText() {}

  static String of(String text) {
    if (!text.contains("  ") && text.chars().allMatch(VisibleText::isOrdinary)) {
      return text.strip();
    }
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().filter(c -> !isRemoved(c)).forEach(shown::appendCodePoint);
    String spaced = SPACES.matcher(shown).replaceAll(" ").strip();
    String plain = TOO_MANY_MARKS.matcher(spaced).replaceAll("$1");
    return JOINTS.matcher(plain).replaceAll(joints -> kept(plain, joints)).strip();
  }

  private static IntPredicate codePoints(String list) {
    BitSet members = new BitSet();
    for (String range : list.split(" ")) {
      String[] ends = range.split("-");
      members.set(Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16) + 1);
    }
    return members::get;
  }

  /** Whether the character is ASCII, Chinese, or punctuation of either. */
  private static boolean isOrdinary(int c) {
    return (c >= ' ' && c <= '~')
        || (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3001 && c <= 0x3020)
        || (c >= 0xFF01 && c <= 0xFF5E)
        || (c >= 0x2018 && c <= 0x201F);
  }

  private static boolean isRemoved(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.PRIVATE_USE
        || type == Character.SURROGATE
        || (codePoint & 0xFFFE) == 0xFFFE
        || REMOVED.test(codePoint);
  }

  /** Shortens a run of selectors and joiners to one of each at most. */
  private static String kept(String text, MatchResult joints) {
    if (joints.start() == 0) {
      return "";
    }
    int previous = text.codePointBefore(joints.start());
    int next = joints.end() < text.length() ? text.codePointAt(joints.end()) : ' ';
    String run = joints.group();
    boolean selects = run.charAt(0) >= '\uFE0E';
    String joiner = run.replaceAll("[\uFE0E\uFE0F]", "");
    boolean inKeycap = next == 0x20E3 && joiner.isEmpty() && "0123456789#*".indexOf(previous) >= 0;
    boolean joins =
        isPictograph(previous)
            ? joiner.startsWith("\u200D") && isPictograph(next)
            : !joiner.isEmpty() && isJoining(letterBefore(text, joints.start())) && isJoining(next);
    return (selects && (isPictograph(previous) || inKeycap) ? run.substring(0, 1) : "")
        + (joins ? joiner.substring(0, 1) : "");
  }

  /** The code point before the marks that end there. */
  private static int letterBefore(String text, int end) {
    int at = end;
    int codePoint = ' ';
    do {
      codePoint = text.codePointBefore(at);
      at -= Character.charCount(codePoint);
    } while (at > 0 && (isMark(codePoint) || "\uFE0E\uFE0F\u200C\u200D".indexOf(codePoint) >= 0));
    return isMark(codePoint) ? ' ' : codePoint;
  }

  private static boolean isJoining(int codePoint) {
    return (Character.isLetter(codePoint) || isMark(codePoint))
        && JOINING_SCRIPTS.contains(UnicodeScript.of(codePoint));
  }

  private static boolean isMark(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }

  private static boolean isPictograph(int codePoint) {
    return PICTOGRAPH.matcher(Character.toString(codePoint)).matches();
  }
}
