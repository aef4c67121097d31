package io.pairstream.cleaning.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads what stands around the model in a tokenizer.json: normalizer, pre-tokenizer and
 * post-processor. Refuses by name what is not supported.
 */
final class TokenizerParts {

  /** Each type, and the settings that it may have. */
  private static final Map<String, List<String>> SETTINGS =
      """
      BPE dropout unk_token continuing_subword_prefix end_of_word_suffix fuse_unk byte_fallback \
      ignore_merges vocab merges
      WordPiece unk_token continuing_subword_prefix max_input_chars_per_word vocab
      Unigram unk_id vocab byte_fallback
      Sequence normalizers pretokenizers processors
      NFC
      NFD
      NFKC
      NFKD
      Lowercase
      StripAccents
      Nmt
      Strip strip_left strip_right
      Prepend prepend
      Replace pattern content
      BertNormalizer clean_text handle_chinese_chars strip_accents lowercase
      Precompiled precompiled_charsmap
      ByteLevel add_prefix_space trim_offsets use_regex
      Whitespace
      WhitespaceSplit
      BertPreTokenizer
      Punctuation behavior
      Digits individual_digits
      Metaspace replacement prepend_scheme split add_prefix_space str_rep
      Split pattern behavior invert
      BertProcessing sep cls
      RobertaProcessing sep cls trim_offsets add_prefix_space
      TemplateProcessing single pair special_tokens
      """
          .lines()
          .map(line -> List.of(line.split(" ")))
          .collect(Collectors.toUnmodifiableMap(words -> words.get(0), words -> words));

  private TokenizerParts() {}

  static UnsupportedTokenizerException refused(String message) {
    return new UnsupportedTokenizerException(message);
  }

  /** The part's type. Refuses one that has a setting which is not known here. */
  static String type(JsonNode part) {
    String type = part.path("type").asText();
    List<String> known = SETTINGS.getOrDefault(type, List.of());
    part.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.isEmpty() && !key.equals("type") && !known.contains(key)) {
                throw refused("'" + key + "' of " + type + " is not supported");
              }
            });
    return type;
  }

  static UnsupportedTokenizerException unknown(String kind, JsonNode part) {
    return refused("the " + kind + " " + shown(part.path("type")) + " is not supported");
  }

  static TextNormalizer normalizer(JsonNode part) {
    if (isAbsent(part)) {
      return text -> text;
    }
    String type = type(part);
    return switch (type) {
      case "Sequence" ->
          elements(part, "normalizers")
              .map(TokenizerParts::normalizer)
              .reduce(text -> text, TextNormalizer::then);
      case "NFC", "NFD", "NFKC", "NFKD" -> TextNormalizer.form(Normalizer.Form.valueOf(type));
      case "Lowercase" -> LowerCase.INSTANCE::of;
      case "StripAccents" -> TextNormalizer.without(CodePointClasses.INSTANCE.of("accent"));
      case "Nmt" -> TextNormalizer.nmt();
      case "Strip" ->
          TextNormalizer.stripped(
              part.path("strip_left").asBoolean(), part.path("strip_right").asBoolean());
      case "Prepend" -> TextNormalizer.prefixed(text(part, "prepend"));
      case "Replace" -> TextNormalizer.replaced(pattern(part), text(part, "content"));
      case "BertNormalizer" -> {
        boolean lowers = part.path("lowercase").asBoolean(true);
        yield TextNormalizer.bert(
            part.path("clean_text").asBoolean(true),
            part.path("handle_chinese_chars").asBoolean(true),
            part.path("strip_accents").asBoolean(lowers),
            lowers);
      }
      case "Precompiled" -> new CharacterMap(base64(text(part, "precompiled_charsmap")));
      default -> throw unknown("normalizer", part);
    };
  }

  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw refused("precompiled_charsmap is not Base64");
    }
  }

  static PreTokenizer preTokenizer(JsonNode part) {
    PreTokenizer nothing = (piece, out) -> out.add(piece);
    if (isAbsent(part)) {
      return nothing;
    }
    return switch (type(part)) {
      case "Sequence" ->
          elements(part, "pretokenizers")
              .map(TokenizerParts::preTokenizer)
              .reduce(nothing, PreTokenizer::then);
      case "ByteLevel" ->
          PreTokenizer.byteLevel(
              part.path("add_prefix_space").asBoolean(true),
              part.path("use_regex").asBoolean(true));
      case "Whitespace" -> PreTokenizer.words();
      case "WhitespaceSplit" -> at(CodePointClasses::isSpace, PreTokenizer.Behavior.REMOVED);
      case "BertPreTokenizer" -> PreTokenizer.bert();
      case "Punctuation" ->
          at(CodePointClasses.INSTANCE.of("punctuation"), behavior(part, "Isolated"));
      case "Digits" ->
          at(
              CodePointClasses.INSTANCE.of("numeric"),
              part.path("individual_digits").asBoolean()
                  ? PreTokenizer.Behavior.ISOLATED
                  : PreTokenizer.Behavior.CONTIGUOUS);
      case "Metaspace" -> metaspace(part);
      case "Split" ->
          PreTokenizer.at(pattern(part), behavior(part, ""), part.path("invert").asBoolean());
      default -> throw unknown("pre-tokenizer", part);
    };
  }

  private static PreTokenizer at(IntPredicate members, PreTokenizer.Behavior behavior) {
    return PreTokenizer.at(PreTokenizer.Separators.of(members), behavior, false);
  }

  private static PreTokenizer metaspace(JsonNode part) {
    String mark = part.path("replacement").asText("\u2581");
    if (mark.codePointCount(0, mark.length()) != 1) {
      throw refused("replacement '" + mark + "' is not one character");
    }
    boolean prefixes = part.path("add_prefix_space").asBoolean(true);
    String scheme = part.path("prepend_scheme").asText(prefixes ? "always" : "never");
    return PreTokenizer.metaspace(
        mark.codePointAt(0),
        constant(PreTokenizer.Prepend.values(), "prepend_scheme", scheme),
        part.path("split").asBoolean(true));
  }

  private static PreTokenizer.Behavior behavior(JsonNode part, String preset) {
    return constant(
        PreTokenizer.Behavior.values(), "behavior", part.path("behavior").asText(preset));
  }

  /** The constant that the file calls so; it writes words without anything between. */
  private static <E extends Enum<E>> E constant(E[] all, String what, String word) {
    return Arrays.stream(all)
        .filter(one -> one.name().replace("_", "").equalsIgnoreCase(word))
        .findFirst()
        .orElseThrow(() -> refused("the %s '%s' is not supported".formatted(what, word)));
  }

  private static SplitPattern pattern(JsonNode part) {
    JsonNode pattern = part.path("pattern");
    if (pattern.path("String").isTextual()) {
      return SplitPattern.literal(pattern.get("String").asText());
    }
    if (pattern.path("Regex").isTextual()) {
      return SplitPattern.parse(pattern.get("Regex").asText());
    }
    throw refused("the pattern " + shown(pattern) + " is not supported");
  }

  /** What a post-processor puts around a text; nothing else of it matters here. */
  static Around around(JsonNode part) {
    if (isAbsent(part)) {
      return Around.NOTHING;
    }
    return switch (type(part)) {
      case "ByteLevel" -> Around.NOTHING;
      case "BertProcessing", "RobertaProcessing" ->
          new Around(
              new int[] {part.path("cls").path(1).asInt()},
              new int[] {part.path("sep").path(1).asInt()});
      case "TemplateProcessing" -> template(part);
      case "Sequence" ->
          elements(part, "processors")
              .map(TokenizerParts::around)
              .reduce(Around.NOTHING, Around::within);
      default -> throw unknown("post-processor", part);
    };
  }

  private static Around template(JsonNode part) {
    Around around = Around.NOTHING;
    boolean seen = false;
    for (JsonNode piece : part.path("single")) {
      if (piece.has("Sequence")) {
        if (seen || !piece.get("Sequence").path("id").asText().equals("A")) {
          throw refused("post_processor.single is not one text between special tokens");
        }
        seen = true;
        continue;
      }
      String token = piece.path("SpecialToken").path("id").asText();
      JsonNode ids = part.path("special_tokens").path(token).path("ids");
      if (!ids.isArray()) {
        throw refused("post_processor.single: " + shown(piece) + " is not supported");
      }
      int[] more = IntStream.range(0, ids.size()).map(i -> ids.get(i).asInt()).toArray();
      around =
          seen
              ? new Around(around.before(), joined(around.after(), more))
              : new Around(joined(around.before(), more), around.after());
    }
    if (!seen) {
      throw refused("post_processor.single has no text");
    }
    return around;
  }

  private static boolean isAbsent(JsonNode part) {
    return part.isMissingNode() || part.isNull();
  }

  private static Stream<JsonNode> elements(JsonNode part, String key) {
    return StreamSupport.stream(part.path(key).spliterator(), false);
  }

  static String text(JsonNode part, String key) {
    return part.path(key).isTextual() ? part.get(key).asText() : "";
  }

  static String shown(JsonNode node) {
    String text = node.isTextual() ? node.asText() : node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  private static int[] joined(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }

  /** The special tokens around a text. Never changed once made. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Around(int[] before, int[] after) {

    static final Around NOTHING = new Around(new int[0], new int[0]);

    /** This one with {@code outer} around it. */
    Around within(Around outer) {
      return new Around(joined(outer.before, before), joined(after, outer.after));
    }
  }
}
