package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

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

  /** Loaded at the first use. */
  static final Gpt2Vocabulary INSTANCE = new Gpt2Vocabulary();

  /** How many ways there are to cut the tokens in two tokens; a little less than this. */
  private static final int MOST_PAIRS = 300_000;

  private final String digest;
  private final BytePairs pairs;

  private Gpt2Vocabulary() {
    byte[] file = VocabularyFile.unzip(VocabularyFile.read("r50k_base.tiktoken.gz"));
    digest = VocabularyFile.digest(file);
    Map<String, Integer> ids = new HashMap<>(SIZE * 2);
    new String(file, StandardCharsets.US_ASCII).lines().forEach(line -> add(line, ids));

    PairMerges.Builder merges = new PairMerges.Builder(MOST_PAIRS);
    ids.forEach((token, id) -> addPairs(token, id, ids, merges));
    int[] bytes = new int[256];
    for (int b = 0; b < 256; b++) {
      bytes[b] = ids.get(String.valueOf((char) b));
    }
    pairs = new BytePairs(merges.build(), bytes, bytes);
  }

  /** Lower-case hex SHA-256 of {@code r50k_base.tiktoken}. */
  String digest() {
    return digest;
  }

  /** All token ids of the text. */
  int[] encode(String text) {
    TokenBuffer ids = new TokenBuffer(text.length() / 3 + 4);
    for (int start = 0; start < text.length(); ) {
      int end = Gpt2Pattern.pieceEnd(text, start);
      pairs.encode(text, start, end, ids);
      start = end;
    }
    return ids.from(0);
  }

  /**
   * Takes a line of the file: the token's bytes in Base64, a space, its rank. The bytes are kept as
   * the characters U+0000 to U+00FF.
   */
  private static void add(String line, Map<String, Integer> ids) {
    int space = line.indexOf(' ');
    byte[] token = Base64.getDecoder().decode(line.substring(0, space));
    ids.put(
        new String(token, StandardCharsets.ISO_8859_1),
        Integer.parseInt(line.substring(space + 1)));
  }

  private static void addPairs(
      String token, int id, Map<String, Integer> ids, PairMerges.Builder merges) {
    for (int cut = 1; cut < token.length(); cut++) {
      Integer left = ids.get(token.substring(0, cut));
      Integer right = ids.get(token.substring(cut));
      if (left != null && right != null) {
        merges.add(left, right, id, id);
      }
    }
  }
}
