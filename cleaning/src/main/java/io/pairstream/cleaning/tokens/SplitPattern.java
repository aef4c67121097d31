package io.pairstream.cleaning.tokens;

import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a tokenizer.json, run by Java's.
 *
 * <p>Tokenizers are written for Oniguruma. A pattern is read part by part: what both engines take
 * for the same stays as it is, white space, digits and the dot are written out, and anything else
 * is refused. Only single characters are repeated, so the work for one match is bounded by a power
 * of the text's length that the pattern alone decides, and the depth of calls by the pattern.
 * Categories are Unicode 16's on every version of Java. Immutable.
 *
 * @see <a href="https://github.com/kkos/oniguruma/blob/master/doc/RE">Oniguruma's regular
 *     expressions</a>
 */
final class SplitPattern implements PreTokenizer.Separators {

  private static final String SPACES =
      "\\t-\\r \\x85\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000";

  /** An escape that may stand in a class, too. */
  private static final String ESCAPE = "\\\\(?:[pP]\\{[LMNPSZ][a-z]?\\}|[sdDnrtf]|[^\\p{Alnum}])";

  private static final String CLASS_LITERAL = "(?:[^\\[\\]\\\\&-]|&(?!&))";
  private static final String CLASS =
      "\\[\\^?-?(?:%s|%s(?:-%<s)?)++-?\\]".formatted(ESCAPE, CLASS_LITERAL);
  private static final String SINGLE = "(?:%s|%s|\\\\S|[^\\\\\\[\\](){}^$*+?|])";
  private static final String TIMES = "(?:[?*+][?+]?|\\{\\d{1,3}(?:,\\d{0,3})?\\})?";

  /** No letters that one character can stand for together, and no i, of which Turkish has more. */
  private static final String IGNORING_CASE =
      "\\(\\?i:(?![^)]*(?i:ss|st|ff|fl))[A-HJ-Za-hj-z'|\\[\\]]*\\)\\??";

  private static final Pattern PART =
      Pattern.compile(
          String.join(
              "|",
              SINGLE.formatted(ESCAPE, CLASS) + TIMES,
              IGNORING_CASE,
              "\\((?:\\?[:=!])?",
              "\\)\\??",
              "\\|"));

  private static final Pattern WRITTEN_OUT = Pattern.compile("\\\\(.)|^\\.|^\\(\\?i:");

  private final Pattern pattern;

  private SplitPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Reads a pattern.
   *
   * @throws UnsupportedTokenizerException with what it has that is not taken
   */
  static SplitPattern parse(String pattern) {
    Matcher part = PART.matcher(pattern);
    StringBuilder java = new StringBuilder();
    int at = 0;
    while (part.region(at, pattern.length()).lookingAt()) {
      java.append(writtenOut(part.group()));
      at = part.end();
    }
    if (at < pattern.length()) {
      throw refused(pattern, pattern.substring(at, pattern.offsetByCodePoints(at, 1)), at);
    }
    try {
      Pattern compiled = Pattern.compile(java.toString());
      if (compiled.matcher("").lookingAt()) {
        throw refused(pattern, "what matches no character at all", 0);
      }
      return new SplitPattern(compiled);
    } catch (PatternSyntaxException e) {
      throw refused(pattern, e.getDescription(), e.getIndex());
    }
  }

  /** A pattern that matches this text alone. */
  static SplitPattern literal(String text) {
    if (text.isEmpty()) {
      throw new UnsupportedTokenizerException("an empty pattern is not supported");
    }
    return new SplitPattern(Pattern.compile(text, Pattern.LITERAL));
  }

  private static String writtenOut(String part) {
    boolean inClass = part.startsWith("[");
    return WRITTEN_OUT
        .matcher(part)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    switch (found.group()) {
                      case "\\s" -> inClass ? SPACES : "[" + SPACES + "]";
                      case "\\S" -> "[^" + SPACES + "]";
                      case "\\d" -> "\\p{Nd}";
                      case "\\D" -> "\\P{Nd}";
                      case "." -> "[^\\n]";
                      case "(?i:" -> "(?iu:";
                      default -> found.group();
                    }));
  }

  @Override
  public IntUnaryOperator in(String text) {
    Matcher matcher = pattern.matcher(CodePointClasses.INSTANCE.inJavasUnicode(text));
    matcher.useTransparentBounds(true);
    return from -> matcher.region(from, text.length()).lookingAt() ? matcher.end() : from;
  }

  private static UnsupportedTokenizerException refused(String pattern, String what, int at) {
    return new UnsupportedTokenizerException(
        "the pattern " + pattern + " has " + what + " at " + at + ", which is not supported");
  }
}
