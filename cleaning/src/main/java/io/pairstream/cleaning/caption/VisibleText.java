package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.CodePoints;
import java.lang.Character.UnicodeScript;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The part of a text that a reader sees, with single spaces between its words.
 *
 * <p>Removed: control characters; invisible characters (the code points that Unicode calls default
 * ignorable: zero-width and soft hyphen, bidirectional controls, byte order mark, fillers, tags,
 * variation selectors, and those yet unassigned); interlinear annotation and the object replacement
 * character; noncharacters, surrogates and private use, whose meaning nobody else knows; and
 * combining marks beyond {@value #MAX_MARKS} in a row. Removing tags costs the flags of England,
 * Scotland and Wales, which become a black flag.
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

  private static final int NONE = -1;
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;
  private static final int ENCLOSING_KEYCAP = 0x20E3;

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
  private static final IntPredicate SPACES =
      CodePoints.of("9-D 1C-20 85 A0 1680 2000-200A 2028 2029 202F 205F 2800 3000");

  /** Unicode's Default_Ignorable_Code_Point, the same in versions 13 to 16. */
  private static final IntPredicate DEFAULT_IGNORABLE =
      CodePoints.of(
          "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F"
              + " FEFF FFA0 FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF");

  /** Noncharacters, interlinear annotation and the object replacement character. */
  private static final IntPredicate UNREADABLE = CodePoints.of("FDD0-FDEF FFF9-FFFC");

  /** Pictographs that Java may take for something else than symbols. */
  private static final IntPredicate OTHER_PICTOGRAPHS =
      CodePoints.of("203C 2049 3030 303D 1F000-1FAFF");

  private final StringBuilder out;

  /** The last code point written that is neither selector nor joiner. */
  private int previous = NONE;

  /** The last letter written before {@code previous}'s marks, or {@code previous} itself. */
  private int previousLetter = NONE;

  /** Selector and joiner that the next code point decides on. */
  private int selector = NONE;

  private int joiner = NONE;

  private boolean spaceDue;
  private int marks;

  private VisibleText(int length) {
    out = new StringBuilder(length);
  }

  static String of(String text) {
    VisibleText visible = new VisibleText(text.length());
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      visible.add(codePoint);
      i += Character.charCount(codePoint);
    }
    visible.writeSelector(NONE);
    return visible.out.toString();
  }

  private void add(int codePoint) {
    if (isSpace(codePoint)) {
      spaceDue = out.length() > 0;
    } else if (codePoint == ZERO_WIDTH_JOINER || codePoint == ZERO_WIDTH_NON_JOINER) {
      if (joiner == NONE && !spaceDue) {
        joiner = codePoint;
      }
    } else if (codePoint == 0xFE0E || codePoint == 0xFE0F) {
      if (selector == NONE && joiner == NONE && !spaceDue) {
        selector = codePoint;
      }
    } else if (!isRemoved(codePoint)) {
      write(codePoint);
    }
  }

  private void write(int codePoint) {
    boolean mark = isMark(codePoint);
    marks = mark ? (spaceDue ? 1 : marks + 1) : 0;
    if (marks > MAX_MARKS) {
      return;
    }
    writeSelector(codePoint);
    if (spaceDue) {
      out.append(' ');
      previous = NONE;
      previousLetter = NONE;
    } else if (joiner != NONE && isJoined(codePoint)) {
      out.appendCodePoint(joiner);
    }
    out.appendCodePoint(codePoint);
    spaceDue = false;
    joiner = NONE;
    previous = codePoint;
    if (!mark) {
      previousLetter = codePoint;
    }
  }

  private void writeSelector(int next) {
    boolean inKeycap =
        next == ENCLOSING_KEYCAP && !spaceDue && joiner == NONE && isKeycapBase(previous);
    if (selector != NONE && (isPictograph(previous) || inKeycap)) {
      out.appendCodePoint(selector);
    }
    selector = NONE;
  }

  private boolean isJoined(int next) {
    if (isPictograph(previous)) {
      return joiner == ZERO_WIDTH_JOINER && isPictograph(next);
    }
    return isJoining(previousLetter) && isJoining(next);
  }

  private static boolean isJoining(int codePoint) {
    return codePoint != NONE
        && (Character.isLetter(codePoint) || isMark(codePoint))
        && JOINING_SCRIPTS.contains(UnicodeScript.of(codePoint));
  }

  private static boolean isMark(int codePoint) {
    if (codePoint < 0x300) {
      return false;
    }
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  /** Whether emoji are drawn from it: a symbol, an emoji block, or the few that are punctuation. */
  private static boolean isPictograph(int codePoint) {
    if (codePoint < 0xA9) {
      return false;
    }
    int type = Character.getType(codePoint);
    return type == Character.OTHER_SYMBOL
        || type == Character.MATH_SYMBOL
        || OTHER_PICTOGRAPHS.test(codePoint);
  }

  private static boolean isKeycapBase(int codePoint) {
    return (codePoint >= '0' && codePoint <= '9') || codePoint == '#' || codePoint == '*';
  }

  private static boolean isSpace(int codePoint) {
    return codePoint == ' ' || SPACES.test(codePoint);
  }

  private static boolean isRemoved(int codePoint) {
    if (codePoint > 0x20 && codePoint < 0x7F) {
      return false;
    }
    int type = Character.getType(codePoint);
    return type == Character.CONTROL
        || type == Character.PRIVATE_USE
        || type == Character.SURROGATE
        || (codePoint & 0xFFFE) == 0xFFFE
        || UNREADABLE.test(codePoint)
        || DEFAULT_IGNORABLE.test(codePoint);
  }
}
