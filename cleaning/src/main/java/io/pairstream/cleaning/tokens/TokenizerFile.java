package io.pairstream.cleaning.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Hugging Face's tokenizer.json, read.
 *
 * <p>Takes the models BPE, WordPiece, Unigram and WordLevel with most normalizers, pre-tokenizers
 * and post-processors. What is not taken is refused by name: no tokenizer is read that would give
 * other ids than Hugging Face's.
 *
 * @param tokenizer what the file describes
 * @param length the length that the file's own truncation or padding sets; 128 if it sets none
 * @param padId the id that the file pads with, or that of a token named like a padding; -1 if there
 *     is neither
 */
record TokenizerFile(Tokenizer tokenizer, int length, int padId) {

  /** More than any vocabulary in use. */
  static final long LARGEST_BYTES = 256L << 20;

  private static final int PRESET_LENGTH = 128;
  private static final int LONGEST = 4096;
  private static final List<String> PADDING = List.of("[PAD]", "<pad>", "<|pad|>", "<|endoftext|>");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * Reads a file. {@code specialInText} says whether special tokens that a text spells become those
   * tokens, as Hugging Face's default has it, or are ordinary text.
   *
   * @throws UnsupportedTokenizerException with what the file has that is not taken
   */
  static TokenizerFile read(Path path, boolean specialInText) throws IOException {
    return parse(Files.readAllBytes(path), specialInText);
  }

  /** Reads the content of a file; see {@link #read}. */
  static TokenizerFile parse(byte[] file, boolean specialInText) throws IOException {
    try {
      return new Reader(JSON.readTree(file), specialInText).read(VocabularyFile.digest(file));
    } catch (JsonProcessingException e) {
      throw new IOException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static UnsupportedTokenizerException refused(String message) {
    return new UnsupportedTokenizerException(message);
  }

  /** Reads the parts of one file. */
  private static final class Reader {

    private final JsonNode root;
    private final boolean specialInText;
    private final Map<String, Integer> vocabulary = new HashMap<>();

    Reader(JsonNode root, boolean specialInText) {
      this.root = root;
      this.specialInText = specialInText;
    }

    TokenizerFile read(String digest) {
      if (!root.isObject() || !root.path("model").isObject()) {
        throw refused("not a tokenizer.json: it has no model");
      }
      SubwordModel model = model(root.get("model"));
      int modelSize = vocabulary.size();
      TextNormalizer normalizer = normalizer(root.path("normalizer"));
      PreTokenizer preTokenizer = preTokenizer(root.path("pre_tokenizer"));

      List<AddedTokens.Token> raw = new ArrayList<>();
      List<AddedTokens.Token> normalized = new ArrayList<>();
      addedTokens(modelSize, normalizer, raw, normalized);
      Around around = around(root.path("post_processor"));
      int size = vocabulary.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
      Tokenizer tokenizer =
          new HuggingFaceTokenizer(
              digest,
              new HuggingFaceTokenizer.Pipeline(
                  new AddedTokens(raw, specialInText),
                  normalizer,
                  new AddedTokens(normalized, specialInText),
                  preTokenizer,
                  model),
              size,
              around.before(),
              around.after());
      return new TokenizerFile(tokenizer, length(around), padId());
    }

    private int length(Around around) {
      int stated =
          root.path("truncation")
              .path("max_length")
              .asInt(root.path("padding").path("strategy").path("Fixed").asInt(PRESET_LENGTH));
      int special = around.before().length + around.after().length;
      return Math.max(special + 1, Math.min(LONGEST, stated));
    }

    private int padId() {
      JsonNode stated = root.path("padding").path("pad_id");
      if (stated.isInt()) {
        return stated.intValue();
      }
      return PADDING.stream()
          .filter(vocabulary::containsKey)
          .map(vocabulary::get)
          .findFirst()
          .orElse(-1);
    }

    // Models

    private SubwordModel model(JsonNode model) {
      return switch (model.path("type").asText()) {
        case "BPE" -> pairs(model);
        case "WordPiece" -> {
          takes(
              model,
              "type",
              "unk_token",
              "continuing_subword_prefix",
              "max_input_chars_per_word",
              "vocab");
          readVocabulary(model);
          yield new WordPieceModel(
                  Map.copyOf(vocabulary),
                  known(model, "unk_token"),
                  model.path("continuing_subword_prefix").asText("##"),
                  model.path("max_input_chars_per_word").asInt(100))
              .cached();
        }
        case "WordLevel" -> {
          takes(model, "type", "unk_token", "vocab");
          readVocabulary(model);
          Map<String, Integer> words = Map.copyOf(vocabulary);
          int unknown = known(model, "unk_token");
          yield (piece, out) -> out.add(words.getOrDefault(piece, unknown));
        }
        case "Unigram" -> unigram(model);
        default -> throw refused("the model " + shown(model.path("type")) + " is not supported");
      };
    }

    private SubwordModel pairs(JsonNode model) {
      takes(
          model,
          "type",
          "dropout",
          "unk_token",
          "continuing_subword_prefix",
          "end_of_word_suffix",
          "fuse_unk",
          "byte_fallback",
          "ignore_merges",
          "vocab",
          "merges");
      if (model.path("dropout").asDouble(0) != 0) {
        throw refused("model.dropout makes ids by chance, which is not supported");
      }
      readVocabulary(model);
      String prefix = text(model, "continuing_subword_prefix");
      PairMerges.Builder merges = new PairMerges.Builder(model.path("merges").size());
      int rank = 0;
      for (JsonNode merge : model.path("merges")) {
        String[] pair =
            merge.isArray()
                ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
                : merge.asText().split(" ", -1);
        Integer left = vocabulary.get(pair[0]);
        Integer right = pair.length == 2 ? vocabulary.get(pair[1]) : null;
        Integer result =
            right == null || pair[1].length() < prefix.length()
                ? null
                : vocabulary.get(pair[0] + pair[1].substring(prefix.length()));
        if (left == null || right == null || result == null) {
          throw refused("model.merges: " + shown(merge) + " is not made of tokens");
        }
        merges.add(left, right, rank++, result);
      }
      return new PairModel(
              Map.copyOf(vocabulary),
              merges.build(),
              text(model, "unk_token").isEmpty() ? -1 : known(model, "unk_token"),
              model.path("fuse_unk").asBoolean(),
              model.path("byte_fallback").asBoolean(),
              model.path("ignore_merges").asBoolean(),
              prefix,
              text(model, "end_of_word_suffix"))
          .cached();
    }

    private SubwordModel unigram(JsonNode model) {
      takes(model, "type", "unk_id", "vocab", "byte_fallback");
      JsonNode vocab = model.path("vocab");
      int unknown = model.path("unk_id").asInt(-1);
      if (unknown < 0 || unknown >= vocab.size()) {
        throw refused("model.unk_id is not the id of a token");
      }
      List<String> tokens = new ArrayList<>();
      double[] scores = new double[vocab.size()];
      for (JsonNode entry : vocab) {
        if (!entry.path(0).isTextual() || !entry.path(1).isNumber()) {
          throw refused("model.vocab: " + shown(entry) + " is not a token and its score");
        }
        scores[tokens.size()] = entry.get(1).doubleValue();
        vocabulary.put(entry.get(0).asText(), tokens.size());
        tokens.add(entry.get(0).asText());
      }
      if (vocabulary.size() != tokens.size()) {
        throw refused("model.vocab has a token twice");
      }
      return new UnigramModel(tokens, scores, unknown, model.path("byte_fallback").asBoolean())
          .cached();
    }

    private void readVocabulary(JsonNode model) {
      model
          .path("vocab")
          .properties()
          .forEach(
              entry -> {
                if (!entry.getValue().isInt() || entry.getValue().intValue() < 0) {
                  throw refused("model.vocab: '" + entry.getKey() + "' has no id");
                }
                vocabulary.put(entry.getKey(), entry.getValue().intValue());
              });
      if (vocabulary.isEmpty()) {
        throw refused("model.vocab is empty");
      }
    }

    /** The id of the token that a key names. */
    private int known(JsonNode node, String key) {
      Integer id = vocabulary.get(text(node, key));
      if (id == null) {
        throw refused(key + " " + shown(node.path(key)) + " is no token");
      }
      return id;
    }

    // Added tokens

    private void addedTokens(
        int modelSize,
        TextNormalizer normalizer,
        List<AddedTokens.Token> raw,
        List<AddedTokens.Token> normalized) {
      int largest = -1;
      for (JsonNode added : root.path("added_tokens")) {
        takes(added, "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        String content = text(added, "content");
        int id = added.path("id").asInt(-1);
        int expected =
            vocabulary.getOrDefault(content, largest >= modelSize ? largest + 1 : modelSize);
        if (id != expected) {
          throw refused("added_tokens: '" + content + "' has the id " + id + ", not " + expected);
        }
        largest = Math.max(largest, id);
        vocabulary.put(content, id);
        boolean isNormalized = added.path("normalized").asBoolean();
        (isNormalized ? normalized : raw)
            .add(
                new AddedTokens.Token(
                    isNormalized ? normalizer.apply(content) : content,
                    id,
                    added.path("special").asBoolean(),
                    added.path("single_word").asBoolean(),
                    added.path("lstrip").asBoolean(),
                    added.path("rstrip").asBoolean()));
      }
    }

    // Normalizers

    private TextNormalizer normalizer(JsonNode part) {
      if (isAbsent(part)) {
        return text -> text;
      }
      String type = part.path("type").asText();
      return switch (type) {
        case "Sequence" -> {
          takes(part, "type", "normalizers");
          TextNormalizer all = text -> text;
          for (JsonNode one : part.path("normalizers")) {
            all = all.then(normalizer(one));
          }
          yield all;
        }
        case "NFC", "NFD", "NFKC", "NFKD" -> {
          takes(part, "type");
          yield TextNormalizer.form(Normalizer.Form.valueOf(type));
        }
        case "Lowercase" -> {
          takes(part, "type");
          yield LowerCase.INSTANCE::of;
        }
        case "StripAccents" -> {
          takes(part, "type");
          yield TextNormalizer.without(CodePointClasses.INSTANCE.of("accent"));
        }
        case "Nmt" -> {
          takes(part, "type");
          yield TextNormalizer.nmt();
        }
        case "ByteLevel" -> {
          takes(part, "type", "add_prefix_space", "trim_offsets", "use_regex");
          yield PreTokenizer::letters;
        }
        case "Strip" -> {
          takes(part, "type", "strip_left", "strip_right");
          yield TextNormalizer.stripped(
              part.path("strip_left").asBoolean(), part.path("strip_right").asBoolean());
        }
        case "Prepend" -> {
          takes(part, "type", "prepend");
          yield TextNormalizer.prefixed(text(part, "prepend"));
        }
        case "Replace" -> {
          takes(part, "type", "pattern", "content");
          yield TextNormalizer.replaced(pattern(part), text(part, "content"));
        }
        case "BertNormalizer" -> {
          takes(part, "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
          boolean lowers = part.path("lowercase").asBoolean(true);
          yield TextNormalizer.bert(
              part.path("clean_text").asBoolean(true),
              part.path("handle_chinese_chars").asBoolean(true),
              part.path("strip_accents").asBoolean(lowers),
              lowers);
        }
        case "Precompiled" -> {
          takes(part, "type", "precompiled_charsmap");
          yield new CharacterMap(base64(text(part, "precompiled_charsmap")));
        }
        default ->
            throw refused("the normalizer " + shown(part.path("type")) + " is not supported");
      };
    }

    private static byte[] base64(String text) {
      try {
        return Base64.getDecoder().decode(text);
      } catch (IllegalArgumentException e) {
        throw refused("precompiled_charsmap is not Base64");
      }
    }

    // Pre-tokenizers

    private PreTokenizer preTokenizer(JsonNode part) {
      if (isAbsent(part)) {
        return (piece, out) -> out.add(piece);
      }
      return switch (part.path("type").asText()) {
        case "Sequence" -> {
          takes(part, "type", "pretokenizers");
          PreTokenizer all = (piece, out) -> out.add(piece);
          for (JsonNode one : part.path("pretokenizers")) {
            all = all.then(preTokenizer(one));
          }
          yield all;
        }
        case "ByteLevel" -> {
          takes(part, "type", "add_prefix_space", "trim_offsets", "use_regex");
          yield PreTokenizer.byteLevel(
              part.path("add_prefix_space").asBoolean(true),
              part.path("use_regex").asBoolean(true));
        }
        case "Whitespace" -> {
          takes(part, "type");
          yield PreTokenizer.words();
        }
        case "WhitespaceSplit" -> {
          takes(part, "type");
          yield PreTokenizer.atEach(CodePointClasses::isSpace, PreTokenizer.Separator.REMOVED);
        }
        case "BertPreTokenizer" -> {
          takes(part, "type");
          yield PreTokenizer.bert();
        }
        case "Punctuation" -> {
          takes(part, "type", "behavior");
          yield PreTokenizer.atEach(
              CodePointClasses.INSTANCE.of("punctuation"), separator(part, "Isolated"));
        }
        case "Digits" -> {
          takes(part, "type", "individual_digits");
          yield PreTokenizer.atEach(
              CodePointClasses.INSTANCE.of("numeric"),
              part.path("individual_digits").asBoolean()
                  ? PreTokenizer.Separator.ISOLATED
                  : PreTokenizer.Separator.CONTIGUOUS);
        }
        case "CharDelimiterSplit" -> {
          takes(part, "type", "delimiter");
          int delimiter = character(part, "delimiter", "");
          yield PreTokenizer.atEach(c -> c == delimiter, PreTokenizer.Separator.REMOVED);
        }
        case "Metaspace" -> metaspace(part);
        case "Split" -> {
          takes(part, "type", "pattern", "behavior", "invert");
          yield PreTokenizer.at(
              pattern(part), separator(part, ""), part.path("invert").asBoolean());
        }
        default ->
            throw refused("the pre-tokenizer " + shown(part.path("type")) + " is not supported");
      };
    }

    private static PreTokenizer metaspace(JsonNode part) {
      takes(part, "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
      boolean prefixes = part.path("add_prefix_space").asBoolean(true);
      String scheme = part.path("prepend_scheme").asText(prefixes ? "always" : "never");
      PreTokenizer.Prepend prepend =
          switch (scheme) {
            case "always" -> PreTokenizer.Prepend.ALWAYS;
            case "first" -> PreTokenizer.Prepend.FIRST;
            case "never" -> PreTokenizer.Prepend.NEVER;
            default -> throw refused("prepend_scheme '" + scheme + "' is not supported");
          };
      return PreTokenizer.metaspace(
          character(part, "replacement", "\u2581"), prepend, part.path("split").asBoolean(true));
    }

    private static PreTokenizer.Separator separator(JsonNode part, String preset) {
      String behavior = part.path("behavior").asText(preset);
      return switch (behavior) {
        case "Removed" -> PreTokenizer.Separator.REMOVED;
        case "Isolated" -> PreTokenizer.Separator.ISOLATED;
        case "MergedWithPrevious" -> PreTokenizer.Separator.MERGED_WITH_PREVIOUS;
        case "MergedWithNext" -> PreTokenizer.Separator.MERGED_WITH_NEXT;
        case "Contiguous" -> PreTokenizer.Separator.CONTIGUOUS;
        default -> throw refused("the behavior '" + behavior + "' is not supported");
      };
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

    // Post-processors: only what they put around a text matters here.

    private Around around(JsonNode part) {
      if (isAbsent(part)) {
        return Around.NOTHING;
      }
      return switch (part.path("type").asText()) {
        case "ByteLevel" -> Around.NOTHING;
        case "BertProcessing", "RobertaProcessing" -> {
          takes(part, "type", "sep", "cls", "trim_offsets", "add_prefix_space");
          yield new Around(
              new int[] {part.path("cls").path(1).asInt()},
              new int[] {part.path("sep").path(1).asInt()});
        }
        case "TemplateProcessing" -> template(part);
        case "Sequence" -> {
          takes(part, "type", "processors");
          Around all = Around.NOTHING;
          for (JsonNode one : part.path("processors")) {
            all = all.within(around(one));
          }
          yield all;
        }
        default ->
            throw refused("the post-processor " + shown(part.path("type")) + " is not supported");
      };
    }

    private static Around template(JsonNode part) {
      takes(part, "type", "single", "pair", "special_tokens");
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

    /** Refuses a part that has a setting which is not known here. */
    private static void takes(JsonNode part, String... keys) {
      part.fieldNames()
          .forEachRemaining(
              key -> {
                if (!List.of(keys).contains(key)) {
                  throw refused(
                      "'"
                          + key
                          + "' of "
                          + part.path("type").asText("a part")
                          + " is not supported");
                }
              });
    }

    private static String text(JsonNode part, String key) {
      return part.path(key).isTextual() ? part.get(key).asText() : "";
    }

    private static int character(JsonNode part, String key, String preset) {
      String text = part.path(key).asText(preset);
      if (text.codePointCount(0, text.length()) != 1) {
        throw refused(key + " '" + text + "' is not one character");
      }
      return text.codePointAt(0);
    }

    private static String shown(JsonNode node) {
      String text = node.isTextual() ? node.asText() : node.toString();
      return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
  }

  private static int[] joined(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }

  /** The special tokens around a text. Never changed once made. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Around(int[] before, int[] after) {

    static final Around NOTHING = new Around(new int[0], new int[0]);

    /** This one with {@code outer} around it. */
    Around within(Around outer) {
      return new Around(joined(outer.before, before), joined(after, outer.after));
    }
  }
}
