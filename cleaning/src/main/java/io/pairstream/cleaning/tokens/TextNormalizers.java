package io.pairstream.cleaning.tokens;

import static io.pairstream.cleaning.tokens.TokenizerParts.pattern;
import static io.pairstream.cleaning.tokens.TokenizerParts.refused;
import static io.pairstream.cleaning.tokens.TokenizerParts.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The normalizers of a tokenizer.json: changes to a text before it is cut in pieces. */
final class TextNormalizers {

  /**
   * The ranges of BERT's own tokenizer, with its one gap.
   *
   * @see <a
   *     href="https://github.com/google-research/bert/blob/master/tokenization.py">_is_chinese_char</a>
   */
  private static final Pattern CHINESE =
      pattern(
          "[\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF\\x{20000}-\\x{2A6DF}"
              + "\\x{2A700}-\\x{2B81F}\\x{2B920}-\\x{2CEAF}\\x{2F800}-\\x{2FA1F}]");

  private static final String NMT_SPACE =
      "[\\t\\n\\f\\r\\u1680\\u200B-\\u200F\\u2028\\u2029\\u2581\\uFEFF\\uFFFD]";

  private TextNormalizers() {}

  /** Thread-safe, as all that it is made of. */
  static Function<String, String> of(JsonNode part) {
    String type = TokenizerParts.type(part);
    return switch (type) {
      case "" -> Function.identity();
      case "Sequence" ->
          TokenizerParts.elements(part, "normalizers")
              .map(TextNormalizers::of)
              .reduce(Function.identity(), Function::andThen);
      case "NFC", "NFD", "NFKC", "NFKD" -> form(type);
      case "Lowercase" -> TextNormalizers::lower;
      case "StripAccents" -> replacing(pattern("\\p{M}"), "");
      case "Nmt" ->
          replacing(pattern("[\\x01-\\x08\\x0B\\x0E-\\x1F\\x7F\\x8F\\x9F]"), "")
              .andThen(replacing(pattern(NMT_SPACE), " "));
      case "Strip" ->
          replacing(pattern(part.path("strip_left").asBoolean() ? "\\A\\s+" : "(?!)"), "")
              .andThen(
                  replacing(
                      pattern(part.path("strip_right").asBoolean() ? "(?<!\\s)\\s+\\z" : "(?!)"),
                      ""));
      case "Prepend" -> text -> text.isEmpty() ? text : text(part, "prepend") + text;
      case "Replace" -> replacing(pattern(part), text(part, "content"));
      case "BertNormalizer" -> bert(part);
      case "Precompiled" -> charactersMapped(text(part, "precompiled_charsmap"));
      default -> throw TokenizerParts.unknown("normalizer", part);
    };
  }

  private static Function<String, String> form(String name) {
    Normalizer.Form form = Normalizer.Form.valueOf(name);
    return text -> Normalizer.normalize(text, form);
  }

  /** Lower case of each code point by itself: no sigma becomes a final one. */
  private static String lower(String text) {
    return text.codePoints()
        .mapToObj(codePoint -> Character.toString(codePoint).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  private static Function<String, String> replacing(Pattern pattern, String content) {
    String replacement = Matcher.quoteReplacement(content);
    return text -> pattern.matcher(text).replaceAll(replacement);
  }

  /**
   * BERT's normalizer: control characters removed and white space plain, Chinese characters between
   * spaces, accents removed, lower case; each as asked.
   */
  private static Function<String, String> bert(JsonNode part) {
    Function<String, String> normalizer = Function.identity();
    boolean lowers = part.path("lowercase").asBoolean(true);
    if (part.path("clean_text").asBoolean(true)) {
      normalizer =
          replacing(pattern("[\\p{Cc}\\p{Cf}\\p{Co}\\uFFFD&&[^\\t\\n\\r]]"), "")
              .andThen(replacing(pattern("\\s"), " "));
    }
    if (part.path("handle_chinese_chars").asBoolean(true)) {
      normalizer = normalizer.andThen(text -> CHINESE.matcher(text).replaceAll(" $0 "));
    }
    if (part.path("strip_accents").asBoolean(lowers)) {
      normalizer = normalizer.andThen(form("NFD")).andThen(replacing(pattern("\\p{Mn}"), ""));
    }
    return lowers ? normalizer.andThen(TextNormalizers::lower) : normalizer;
  }

  private static Function<String, String> charactersMapped(String base64) {
    try {
      return new CharacterMap(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw refused("precompiled_charsmap is damaged");
    }
  }
}
