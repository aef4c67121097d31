package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * GPT-2's byte-level byte-pair encoding: ids 0 to 50255 from text, 50256 for the end of text.
 *
 * <p>The file has OpenAI's ranks: two neighbours are merged whenever what they make is a token, the
 * token of lowest rank first, and the rank is the id.
 *
 * @see <a href="https://github.com/openai/tiktoken">tiktoken, {@code r50k_base.tiktoken}</a>
 */
final class Gpt2Vocabulary {

  /** Number of ids, the end of text included. */
  static final int SIZE = 50_257;

  static final int END_OF_TEXT = SIZE - 1;

  /**
   * Cuts text into the pieces that are encoded one by one.
   *
   * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">encoder.py</a>
   */
  static final Pattern PIECE =
      Pattern.compile(
          "'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /** Loaded at the first use. */
  static final Gpt2Vocabulary INSTANCE = new Gpt2Vocabulary();

  /** How many ways there are to cut the tokens in two tokens; a little less than this. */
  private static final int MOST_PAIRS = 300_000;

  private final String digest;
  private final CachedModel pairs;

  private Gpt2Vocabulary() {
    byte[] file = file();
    digest = Sha256.hex(file);
    Map<String, Integer> ids = new HashMap<>(SIZE * 2);
    tokens(file).forEach(token -> ids.put(token, ids.size()));
    PairMerges merges = new PairMerges(MOST_PAIRS);
    ids.forEach(
        (token, id) -> {
          for (int cut = 1; cut < token.length(); cut++) {
            Integer left = ids.get(token.substring(0, cut));
            Integer right = ids.get(token.substring(cut));
            if (left != null && right != null) {
              merges.add(left, right, id, id);
            }
          }
        });
    int[] bytes = IntStream.range(0, 256).map(b -> ids.get(String.valueOf((char) b))).toArray();
    pairs = new CachedModel(piece -> merges.ofBytes(piece, bytes, bytes));
  }

  private static byte[] file() {
    return ClassPathFile.unzipped(Gpt2Vocabulary.class, "r50k_base.tiktoken.gz");
  }

  /** The tokens by id, their bytes as the characters U+0000 to U+00FF. */
  static List<String> tokens() {
    return tokens(file());
  }

  /** Each line has the token's bytes in Base64, a space, and its rank: the lines before it. */
  private static List<String> tokens(byte[] file) {
    return new String(file, StandardCharsets.US_ASCII)
        .lines()
        .map(line -> Base64.getDecoder().decode(line.substring(0, line.indexOf(' '))))
        .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
        .toList();
  }

  /** Lower-case hex SHA-256 of {@code r50k_base.tiktoken}. */
  String digest() {
    return digest;
  }

  /** All token ids of the text. */
  int[] encode(String text) {
    return PIECE
        .matcher(text)
        .results()
        .flatMapToInt(piece -> Arrays.stream(pairs.apply(piece.group())))
        .toArray();
  }
}
