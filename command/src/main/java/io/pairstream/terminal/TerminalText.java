package io.pairstream.terminal;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text as it may stand on a terminal. */
public final class TerminalText {

  private static final String FULL = "█";
  private static final String[] PARTS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

  /** Control and format characters, halves of characters, and what ends a line or a paragraph. */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

  /** Places of values, and words in two forms; {@code %n} and {@code %%} take no value. */
  private static final Pattern FORMS =
      Pattern.compile("%[n%]|%[-,.0-9]*([a-zA-Z])|\\(([a-z]*)\\|([a-z]*)\\)");

  private TerminalText() {}

  /**
   * The text without what moves the cursor, changes colours or turns the direction of writing:
   * captions and file names come from strangers.
   */
  public static String plain(String text) {
    return UNPRINTABLE.matcher(text).replaceAll(" ");
  }

  /** The plain text cut to so many columns, with an ellipsis where something is cut off. */
  public static String fit(String text, int columns) {
    String plain = plain(text);
    if (columns(plain) <= columns) {
      return plain;
    }
    StringBuilder fitting = new StringBuilder();
    int used = 1;
    for (int at = 0; at < plain.length(); ) {
      int point = plain.codePointAt(at);
      used += columns(point);
      if (used > columns) {
        break;
      }
      fitting.appendCodePoint(point);
      at += Character.charCount(point);
    }
    return fitting.append('…').toString();
  }

  /** The text in lines of at most so many columns, broken at spaces. */
  public static List<String> wrapped(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" +", -1)) {
      if (!line.isEmpty() && columns(line.toString()) + 1 + columns(word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(fit(word, columns));
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  /** How many columns plain text takes; East Asian characters take two each. */
  public static int columns(String plain) {
    return plain.codePoints().map(TerminalText::columns).sum();
  }

  /**
   * A bar.
   *
   * @param share what it stands for, from 0 to 1
   * @param columns length of the bar for 1
   */
  public static String bar(double share, int columns) {
    int eighths = (int) Math.round(Math.max(0, Math.min(1, share)) * columns * 8);
    return FULL.repeat(eighths / 8) + PARTS[eighths % 8];
  }

  /** A number with commas between thousands. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /**
   * Formats, and picks of each {@code (one|more)} the form that the last whole number before it
   * asks for: {@code %,d pair(|s) differ(s|)}.
   */
  public static String format(String format, Object... values) {
    int[] next = {0};
    long[] number = {0};
    String picked =
        FORMS
            .matcher(format)
            .replaceAll(
                found -> {
                  if (found.group(2) != null) {
                    return found.group(number[0] == 1 ? 2 : 3);
                  } else if (found.group(1) != null) {
                    Object value = values[next[0]++];
                    if (value instanceof Long || value instanceof Integer) {
                      number[0] = ((Number) value).longValue();
                    }
                  }
                  return Matcher.quoteReplacement(found.group());
                });
    return String.format(Locale.ROOT, picked, values);
  }

  private static int columns(int point) {
    int type = Character.getType(point);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean fullWidthForm = point >= 0xFF01 && point <= 0xFF60;
    boolean eastAsianPunctuation = point >= 0x3000 && point <= 0x303F;
    boolean pictograph = point >= 0x1F300 && point <= 0x1FAFF;
    return fullWidthForm || eastAsianPunctuation || pictograph || isEastAsian(point) ? 2 : 1;
  }

  private static boolean isEastAsian(int point) {
    UnicodeScript script = UnicodeScript.of(point);
    return script == UnicodeScript.HAN
        || script == UnicodeScript.HIRAGANA
        || script == UnicodeScript.KATAKANA
        || script == UnicodeScript.HANGUL;
  }
}
