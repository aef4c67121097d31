package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.CodePoints;
import java.text.Normalizer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** What a tokenizer.json does to a text before it is cut in pieces. Thread-safe. */
@FunctionalInterface
interface TextNormalizer {

  /**
   * The ranges of BERT's own tokenizer, with its one gap.
   *
   * @see <a
   *     href="https://github.com/google-research/bert/blob/master/tokenization.py">_is_chinese_char</a>
   */
  IntPredicate CHINESE =
      CodePoints.of(
          "3400-4DBF 4E00-9FFF F900-FAFF 20000-2A6DF 2A700-2B81F 2B920-2CEAF 2F800-2FA1F");

  String apply(String text);

  /** This one, then {@code next}. */
  default TextNormalizer then(TextNormalizer next) {
    return text -> next.apply(apply(text));
  }

  /**
   * A normal form of Unicode. Code points that Hugging Face's tables lack are left alone, and
   * nothing is moved or composed across them.
   */
  static TextNormalizer form(Normalizer.Form form) {
    IntPredicate inert = CodePointClasses.INSTANCE.of("inert");
    return text -> {
      if (isAscii(text)) {
        return text;
      }
      StringBuilder out = new StringBuilder(text.length() + 8);
      int begin = 0;
      for (int i = 0; i < text.length(); ) {
        int codePoint = text.codePointAt(i);
        int end = i + Character.charCount(codePoint);
        if (inert.test(codePoint)) {
          out.append(Normalizer.normalize(text.substring(begin, i), form));
          out.append(text, i, end);
          begin = end;
        }
        i = end;
      }
      return out.append(Normalizer.normalize(text.substring(begin), form)).toString();
    };
  }

  /** Leaves out the members of a class. */
  static TextNormalizer without(IntPredicate members) {
    return text -> {
      StringBuilder out = new StringBuilder(text.length());
      text.codePoints().filter(members.negate()).forEach(out::appendCodePoint);
      return out.toString();
    };
  }

  /** Cuts white space off the ends. */
  static TextNormalizer stripped(boolean left, boolean right) {
    return text -> {
      int begin = 0;
      int end = text.length();
      while (left && begin < end && CodePointClasses.isSpace(text.charAt(begin))) {
        begin++;
      }
      while (right && begin < end && CodePointClasses.isSpace(text.charAt(end - 1))) {
        end--;
      }
      return text.substring(begin, end);
    };
  }

  /** Puts {@code content} in place of every match. */
  static TextNormalizer replaced(PreTokenizer.Separators separators, String content) {
    return text -> {
      IntUnaryOperator ends = separators.in(text);
      StringBuilder out = new StringBuilder(text.length());
      for (int i = 0; i < text.length(); ) {
        int end = ends.applyAsInt(i);
        if (end > i) {
          out.append(content);
        } else {
          end = i + Character.charCount(text.codePointAt(i));
          out.append(text, i, end);
        }
        i = end;
      }
      return out.toString();
    };
  }

  /** Puts {@code prefix} before a text that is not empty. */
  static TextNormalizer prefixed(String prefix) {
    return text -> text.isEmpty() ? text : prefix + text;
  }

  /**
   * BERT's: control characters out and white space plain, Chinese characters between spaces,
   * accents off, lower case; each as asked.
   */
  static TextNormalizer bert(
      boolean cleans, boolean partsChinese, boolean stripsAccents, boolean lowers) {
    TextNormalizer normalizer = text -> text;
    CodePointClasses classes = CodePointClasses.INSTANCE;
    if (cleans) {
      IntPredicate space = classes.of("bert-space");
      normalizer =
          normalizer
              .then(without(classes.of("bert-removed")))
              .then(text -> mapped(text, c -> space.test(c) ? " " : null));
    }
    if (partsChinese) {
      normalizer =
          normalizer.then(
              text ->
                  mapped(text, c -> CHINESE.test(c) ? " " + Character.toString(c) + " " : null));
    }
    if (stripsAccents) {
      normalizer =
          normalizer.then(form(Normalizer.Form.NFD)).then(without(classes.of("bert-mark")));
    }
    return lowers ? normalizer.then(LowerCase.INSTANCE::of) : normalizer;
  }

  /** The clean-up of SentencePiece's nmt rules. */
  static TextNormalizer nmt() {
    IntPredicate space = CodePoints.of("9-A C-D 1680 200B-200F 2028-2029 2581 FEFF FFFD");
    return without(CodePoints.of("1-8 B E-1F 7F 8F 9F"))
        .then(text -> mapped(text, c -> space.test(c) ? " " : null));
  }

  /** Each code point replaced by what {@code change} makes of it; null leaves it. */
  private static String mapped(String text, IntFunction<String> change) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    text.codePoints()
        .forEach(
            codePoint -> {
              String changed = change.apply(codePoint);
              if (changed == null) {
                out.appendCodePoint(codePoint);
              } else {
                out.append(changed);
              }
            });
    return out.toString();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }
}
