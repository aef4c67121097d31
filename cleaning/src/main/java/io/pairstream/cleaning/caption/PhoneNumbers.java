package io.pairstream.cleaning.caption;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Telephone numbers, as far as they cannot be taken for years, sizes, prices or counts:
 *
 * <ul>
 *   <li>8 to 15 digits in groups behind a {@code +};
 *   <li>7 to 15 digits in groups behind a word like {@code tel}, {@code call} or 电话;
 *   <li>groups of 3, 3 and 4 digits as in North America, with a 1 before or without;
 *   <li>11 digits from 13 to 19 on in one, or in groups of 3, 4 and 4: a Chinese mobile;
 *   <li>9 to 12 digits in groups of two or more, the first of which begins with 0, unless they
 *       begin like a date.
 * </ul>
 *
 * <p>An extension goes along: {@code ext. 5}, {@code x5}, 转801.
 *
 * <p>Between groups are at most two of space, hyphen, dot, slash and parentheses.
 *
 * <p>Left alone, unless behind a word like {@code tel}: numbers behind a word for goods or books
 * ({@code SKU}, {@code part no.}, {@code ISBN}), behind a currency or before a unit; those whose
 * last group is one or two digits or a few capitals behind a hyphen; and a decimal number behind a
 * {@code +}, which is a coordinate.
 */
final class PhoneNumbers implements SpanFinder {

  /** Fewest digits of any number that is found. */
  static final int FEWEST_DIGITS = 7;

  /** A letter of Latin script, a digit or an underscore. */
  private static final String WORD_CHARACTER = "[_[\\p{L}\\p{Nd}&&[\\x{0}-\\x{24F}]]]";

  private static final String BETWEEN = "[ ./()-]{1,2}+";
  private static final String ANOTHER_DIGIT = "(?:[ ./()-]{0,2}+\\d)";

  /** An extension, which goes with its number. */
  private static final String EXTENSION =
      "(?:[ ,;\uFF0C]{0,2}(?:(?i:ext(?:ension|n)?|x)|\u8F6C|\u8F49|\u5206\u673A|\u5206\u6A5F"
          + "|\u5185\u7EBF|\u5167\u7DDA)[ .:\uFF1A]{0,2}\\d{1,6})?+";

  private static final String END = EXTENSION + "(?!" + WORD_CHARACTER + ")";

  /** Characters between a word such as "Tel" and the number that it announces. */
  private static final String ANNOUNCED = "[ .:#\uFF1A\u2116-]{0,3}";

  private static final String NO_TELEPHONE =
      "(?<!(?:(?<!%1$s)(?i:(?:sku|isbn(?:-1[03])?|issn|ean|upc|gtin|asin|mpn|oem|vin|imei|p/n|s/n"
          + "|parts?|item|model|serial|article|art|lot|batch|ref|product|barcode|patent|accession)"
          + "(?:%2$s(?:no|nr|num|number|code|id))?"
          + "|(?:cat|catalog|catalogue|stock|style|order|invoice|reference|inventory|tracking"
          + "|account)%2$s(?:no|nr|num|number|code|id|#))"
          + "|\u8D27\u53F7|\u7F16\u53F7|\u578B\u53F7|\u5355\u53F7|\u4E66\u53F7|\u6B3E\u53F7|\u6279\u53F7|\u5E8F\u5217\u53F7|\u6761\u7801|\u6761\u5F62\u7801)%2$s(?:[\\dA-Z]{1,5}["
          + " -](?:[\\dA-Z]{1,5}[ -])?)?)(?<![$\u20AC\u00A3\u00A5] ?)";

  private static final String NOT_FURTHER =
      "(?!-(?:\\d{1,2}|[A-Z][A-Z\\d]{0,2})(?!%1$s)"
          + "| ?(?:px|pixels?|mm|cm|km|kg|usd|eur|[$\u20AC\u00A3\u00A5%%\u5143\u4E07])(?!%1$s))";

  /** Up to three digits and four to seven decimals, and no further group of a telephone number. */
  private static final String COORDINATE =
      "\\d{1,3}\\.\\d{4,7}(?![\\d.])(?! ?-?\\d{1,3}(?![\\d.])| ?\\d{4}(?!\\d))";

  /** First whether a letter is there at all, which is soon said where digits follow digits. */
  private static final String BEHIND_WORD =
      "(?<=\\p{L}[ :.\uFF1A#(-]{0,4})(?<=(?:(?<!%s)(?i:tel|telephone|phone|ph|call|fax|mobile|cell|whatsapp|hotline|telefon"
          + "|telefono|tel\u00E9fono|t\u00E9l)|\u7535\u8BDD|\u96FB\u8A71|\u624B\u673A"
          + "|\u624B\u6A5F|\u70ED\u7EBF|\u4F20\u771F)[ :.\uFF1A#(-]{0,4})";

  /**
   * Before a space, the middle group must begin with 2 to 9: three numbers in a row may look like a
   * telephone number.
   */
  private static final String NORTH_AMERICAN =
      "(?:1%1$s)?[2-9]\\d\\d%1$s(?:[2-9]\\d\\d|\\d{3}(?! ))%1$s\\d{4}";

  private static final String CHINESE_MOBILE = "1[3-9]\\d(?:\\d{8}|%1$s\\d{4}%1$s\\d{4})";

  /** Two groups or more of two digits or more, with 0 first, but no date with a time behind it. */
  private static final String NATIONAL =
      "(?=0"
          + ANOTHER_DIGIT
          + "{8,11}(?!%1$s\\d)"
          + END
          + ")"
          + "(?!\\d\\d%1$s\\d\\d%1$s\\d{4}(?!\\d))\\d{2,}+(?:%1$s\\d{2,}+)++";

  /** Sought before the words that speak against it, since looking back for those takes longer. */
  private static final String WITHOUT_WORD =
      "(?:"
          + String.join(
              "|",
              NORTH_AMERICAN.formatted(BETWEEN),
              CHINESE_MOBILE.formatted(BETWEEN),
              NATIONAL.formatted(BETWEEN))
          + ")";

  private static final Pattern NUMBER =
      Pattern.compile(
          "[(+]{0,2}+(?<!"
              + WORD_CHARACTER
              + ")(?:"
              + String.join(
                  "|",
                  "(?<=\\+|\\+\\()(?!" + COORDINATE + ")\\d" + ANOTHER_DIGIT + "{7,14}",
                  BEHIND_WORD.formatted(WORD_CHARACTER) + "\\d" + ANOTHER_DIGIT + "{6,14}",
                  "(?="
                      + WITHOUT_WORD
                      + ")"
                      + NO_TELEPHONE.formatted(WORD_CHARACTER, ANNOUNCED)
                      + WITHOUT_WORD
                      + NOT_FURTHER.formatted(WORD_CHARACTER))
              + ")"
              + END);

  @Override
  public Span next(String text, int from) {
    int digits = 0;
    for (int i = from; i < text.length() && digits < FEWEST_DIGITS; i++) {
      digits += text.charAt(i) >= '0' && text.charAt(i) <= '9' ? 1 : 0;
    }
    if (digits < FEWEST_DIGITS) {
      return Span.NONE;
    }
    Matcher found = NUMBER.matcher(text);
    return found.find(from) ? new Span(found.start(), found.end()) : Span.NONE;
  }
}
