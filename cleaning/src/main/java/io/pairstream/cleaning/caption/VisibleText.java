package io.pairstream.cleaning.caption;

import java.lang.Character.UnicodeScript;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

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
      Collections.unmodifiableSet(
          EnumSet.of(
              UnicodeScript.ADLAM,
              UnicodeScript.ARABIC,
              UnicodeScript.BALINESE,
              UnicodeScript.BENGALI,
              UnicodeScript.CHAKMA,
              UnicodeScript.DEVANAGARI,
              UnicodeScript.GRANTHA,
              UnicodeScript.GUJARATI,
              UnicodeScript.GURMUKHI,
              UnicodeScript.HANIFI_ROHINGYA,
              UnicodeScript.JAVANESE,
              UnicodeScript.KAITHI,
              UnicodeScript.KANNADA,
              UnicodeScript.KHMER,
              UnicodeScript.MALAYALAM,
              UnicodeScript.MANDAIC,
              UnicodeScript.MONGOLIAN,
              UnicodeScript.MYANMAR,
              UnicodeScript.NEWA,
              UnicodeScript.NKO,
              UnicodeScript.ORIYA,
              UnicodeScript.PHAGS_PA,
              UnicodeScript.SHARADA,
              UnicodeScript.SINHALA,
              UnicodeScript.SUNDANESE,
              UnicodeScript.SYRIAC,
              UnicodeScript.TAMIL,
              UnicodeScript.TELUGU,
              UnicodeScript.TIBETAN,
              UnicodeScript.TIRHUTA));

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
        || (codePoint >= 0x1F000 && codePoint <= 0x1FAFF)
        || codePoint == 0x203C
        || codePoint == 0x2049
        || codePoint == 0x3030
        || codePoint == 0x303D;
  }

  private static boolean isKeycapBase(int codePoint) {
    return (codePoint >= '0' && codePoint <= '9') || codePoint == '#' || codePoint == '*';
  }

  /** Unicode's White_Space, the four information separators of ASCII, and Braille's blank. */
  private static boolean isSpace(int codePoint) {
    return codePoint == ' '
        || (codePoint >= 0x09 && codePoint <= 0x0D)
        || (codePoint >= 0x1C && codePoint <= 0x1F)
        || codePoint == 0x85
        || codePoint == 0xA0
        || codePoint == 0x1680
        || (codePoint >= 0x2000 && codePoint <= 0x200A)
        || codePoint == 0x2028
        || codePoint == 0x2029
        || codePoint == 0x202F
        || codePoint == 0x205F
        || codePoint == 0x2800
        || codePoint == 0x3000;
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
        || (codePoint >= 0xFDD0 && codePoint <= 0xFDEF)
        || (codePoint >= 0xFFF9 && codePoint <= 0xFFFC)
        || isDefaultIgnorable(codePoint);
  }

  /** Unicode's Default_Ignorable_Code_Point, the same in versions 13 to 16. */
  private static boolean isDefaultIgnorable(int codePoint) {
    return codePoint == 0xAD
        || codePoint == 0x34F
        || codePoint == 0x61C
        || codePoint == 0x115F
        || codePoint == 0x1160
        || codePoint == 0x17B4
        || codePoint == 0x17B5
        || (codePoint >= 0x180B && codePoint <= 0x180F)
        || (codePoint >= 0x200B && codePoint <= 0x200F)
        || (codePoint >= 0x202A && codePoint <= 0x202E)
        || (codePoint >= 0x2060 && codePoint <= 0x206F)
        || codePoint == 0x3164
        || (codePoint >= 0xFE00 && codePoint <= 0xFE0F)
        || codePoint == 0xFEFF
        || codePoint == 0xFFA0
        || (codePoint >= 0xFFF0 && codePoint <= 0xFFF8)
        || (codePoint >= 0x1BCA0 && codePoint <= 0x1BCA3)
        || (codePoint >= 0x1D173 && codePoint <= 0x1D17A)
        || (codePoint >= 0xE0000 && codePoint <= 0xE0FFF);
  }
}
