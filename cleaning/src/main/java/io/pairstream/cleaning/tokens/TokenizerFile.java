package io.pairstream.cleaning.tokens;

import static io.pairstream.cleaning.tokens.TokenizerParts.refused;
import static io.pairstream.cleaning.tokens.TokenizerParts.shown;
import static io.pairstream.cleaning.tokens.TokenizerParts.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenizerPipeline.AddedToken;
import io.pairstream.cleaning.tokens.TokenizerPipeline.AddedTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Hugging Face's tokenizer.json, read.
 *
 * <p>Takes the models BPE, WordPiece and Unigram with the normalizers, pre-tokenizers and
 * post-processors of the tokenizers in use. What is not taken is refused by name: no tokenizer is
 * read that would give other ids than Hugging Face's.
 *
 * <p>The tokenizer's length is what the file's own truncation or padding sets, 128 if it sets none;
 * its padding the id that the file pads with, or that of a token named like a padding.
 */
final class TokenizerFile {

  /** More than any vocabulary in use. */
  static final long LARGEST_BYTES = 256L << 20;

  private static final int PRESET_LENGTH = 128;
  private static final int LONGEST = 4096;
  private static final List<String> PADDING = List.of("[PAD]", "<pad>", "<|pad|>", "<|endoftext|>");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final JsonNode root;
  private final boolean specialInText;
  private final Map<String, Integer> vocabulary = new HashMap<>();

  private TokenizerFile(JsonNode root, boolean specialInText) {
    this.root = root;
    this.specialInText = specialInText;
  }

  /**
   * Parses the file that a key names; nothing where it has a problem, which is noted.
   *
   * @param parse throws an {@code IllegalArgumentException} with what the file has that is not
   *     taken
   */
  static <T> Optional<T> named(RecipeReader recipe, String key, Function<byte[], T> parse) {
    Optional<NamedFile> file = recipe.file(key, LARGEST_BYTES);
    if (file.isPresent()) {
      try {
        return Optional.of(parse.apply(Files.readAllBytes(file.get().path())));
      } catch (IOException | IllegalArgumentException e) {
        recipe.problem(key, "'" + file.get().path().getFileName() + "': " + e.getMessage());
      }
    } else if (recipe.text(key, "").isEmpty()) {
      recipe.problem(key, "tokenizer hf needs one: give the path of a tokenizer.json");
    }
    return Optional.empty();
  }

  /**
   * The tokenizer of a file. {@code specialInText} says whether special tokens that a text spells
   * become those tokens, as Hugging Face's default has it, or are ordinary text.
   *
   * @throws IllegalArgumentException with what the file has that is not taken
   */
  static Tokenizer parse(byte[] file, boolean specialInText) {
    return new TokenizerFile(json(file), specialInText).read(Sha256.hex(file));
  }

  private static JsonNode json(byte[] file) {
    try {
      return JSON.readTree(file);
    } catch (JsonProcessingException e) {
      throw refused("not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw refused(e.getMessage()); // of bytes that are no text at all
    }
  }

  /** The id of each token of BERT-Chinese. */
  static Map<String, Integer> bertChineseVocabulary() {
    Map<String, Integer> ids = new HashMap<>();
    JsonNode vocabulary = json(bertChineseFile()).at("/model/vocab");
    vocabulary.properties().forEach(word -> ids.put(word.getKey(), word.getValue().intValue()));
    return ids;
  }

  /** The tokenizer of BERT-Chinese, which comes with the product. */
  static byte[] bertChineseFile() {
    return ClassPathFile.unzipped(TokenizerFile.class, "bert-chinese.json.gz");
  }

  /**
   * The texts of a file's ids.
   *
   * @throws IllegalArgumentException with what the file has that is not taken
   */
  static TokenText words(byte[] file) {
    return new TokenizerFile(json(file), false).words();
  }

  private TokenText words() {
    Function<String, String> none = text -> text;
    model();
    addedTokens(vocabulary.size(), none, new ArrayList<>(), new ArrayList<>());
    JsonNode decoder = root.path("decoder");
    Function<String, byte[]> piece =
        switch (TokenizerParts.type(decoder)) {
          case "ByteLevel" -> {
            String suffix = text(root.path("model"), "end_of_word_suffix");
            yield token -> bytes(suffix.isEmpty() ? token : token.replace(suffix, " "));
          }
          case "WordPiece" -> {
            String prefix = decoder.path("prefix").asText("##");
            yield token ->
                (token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token)
                    .getBytes(StandardCharsets.UTF_8);
          }
          default ->
              throw refused(
                  "the decoder %s is not supported; ByteLevel and WordPiece are"
                      .formatted(shown(decoder)));
        };
    Map<Integer, byte[]> pieces = new HashMap<>();
    vocabulary.forEach((token, id) -> pieces.put(id, piece.apply(token)));
    for (JsonNode added : root.path("added_tokens")) {
      if (added.path("special").asBoolean()) {
        pieces.remove(added.path("id").asInt());
      }
    }
    return new TokenText(pieces, size(), decoder.path("cleanup").asBoolean());
  }

  /** The bytes of a token's letters; of an added token that has others, its own. */
  private static byte[] bytes(String token) {
    return token.chars().allMatch(ByteLetters::isLetter)
        ? ByteLetters.bytes(token)
        : token.getBytes(StandardCharsets.UTF_8);
  }

  private Function<String, int[]> model() {
    if (!root.isObject() || !root.path("model").isObject()) {
      throw refused("not a tokenizer.json: it has no model");
    }
    return model(root.get("model"));
  }

  /** One more than the largest id. */
  private int size() {
    return vocabulary.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
  }

  private Tokenizer read(String digest) {
    CachedModel model = new CachedModel(model());
    int modelSize = vocabulary.size();
    Function<String, String> normalizer = TextNormalizers.of(root.path("normalizer"));
    List<AddedToken> raw = new ArrayList<>();
    List<AddedToken> normalized = new ArrayList<>();
    addedTokens(modelSize, normalizer, raw, normalized);
    TokenizerPipeline pipeline =
        new TokenizerPipeline(
            new AddedTokens(raw),
            normalizer,
            new AddedTokens(normalized),
            PreTokenizer.of(root.path("pre_tokenizer")),
            model);
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    TokenizerParts.addAround(root.path("post_processor"), before, after);
    return new Tokenizer(
        "hf",
        size(),
        () -> digest,
        pipeline::encode,
        array(before),
        array(after),
        Math.max(before.size() + after.size() + 1, Math.min(LONGEST, length())),
        padId());
  }

  private static int[] array(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private int length() {
    JsonNode padding = root.path("padding").path("strategy").path("Fixed");
    return root.path("truncation").path("max_length").asInt(padding.asInt(PRESET_LENGTH));
  }

  private int padId() {
    JsonNode stated = root.path("padding").path("pad_id");
    return stated.isInt()
        ? stated.intValue()
        : PADDING.stream()
            .filter(vocabulary::containsKey)
            .map(vocabulary::get)
            .findFirst()
            .orElse(-1);
  }

  private Function<String, int[]> model(JsonNode model) {
    return switch (TokenizerParts.type(model)) {
      case "BPE" -> pairs(model);
      case "WordPiece" -> {
        readVocabulary(model);
        yield new WordPieceModel(
            Map.copyOf(vocabulary),
            known(model, "unk_token"),
            model.path("continuing_subword_prefix").asText("##"),
            model.path("max_input_chars_per_word").asInt(100));
      }
      case "Unigram" -> unigram(model);
      default -> throw TokenizerParts.unknown("model", model);
    };
  }

  private Function<String, int[]> pairs(JsonNode model) {
    if (model.path("dropout").asDouble(0) != 0) {
      throw refused("model.dropout makes ids by chance, which is not supported");
    }
    readVocabulary(model);
    String prefix = text(model, "continuing_subword_prefix");
    PairMerges merges = new PairMerges(model.path("merges").size());
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
        merges,
        text(model, "unk_token").isEmpty() ? -1 : known(model, "unk_token"),
        model.path("fuse_unk").asBoolean(),
        model.path("byte_fallback").asBoolean(),
        model.path("ignore_merges").asBoolean(),
        prefix,
        text(model, "end_of_word_suffix"));
  }

  private Function<String, int[]> unigram(JsonNode model) {
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
    return new UnigramModel(tokens, scores, unknown, model.path("byte_fallback").asBoolean());
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

  private int known(JsonNode node, String key) {
    Integer id = vocabulary.get(text(node, key));
    if (id == null) {
      throw refused(key + " " + shown(node.path(key)) + " is no token");
    }
    return id;
  }

  private void addedTokens(
      int modelSize,
      Function<String, String> normalizer,
      List<AddedToken> raw,
      List<AddedToken> normalized) {
    int largest = -1;
    for (JsonNode added : root.path("added_tokens")) {
      String content = text(added, "content");
      int id = added.path("id").asInt(-1);
      int expected =
          vocabulary.getOrDefault(content, largest >= modelSize ? largest + 1 : modelSize);
      if (id != expected) {
        throw refused("added_tokens: '" + content + "' has the id " + id + ", not " + expected);
      }
      largest = Math.max(largest, id);
      vocabulary.put(content, id);
      if (specialInText || !added.path("special").asBoolean()) {
        boolean isNormalized = added.path("normalized").asBoolean();
        (isNormalized ? normalized : raw)
            .add(
                new AddedToken(
                    isNormalized ? normalizer.apply(content) : content,
                    id,
                    added.path("single_word").asBoolean(),
                    added.path("lstrip").asBoolean(),
                    added.path("rstrip").asBoolean()));
      }
    }
  }
}
