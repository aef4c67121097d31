package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * CLIP's byte-level byte-pair encoding with marks at the end of words, over text in lower case: ids
 * 0 to 49405 from text, 49406 for its start and 49407 for its end.
 *
 * <p>The file lists merges. The ids are the 256 bytes, the 256 bytes at the end of a word, then one
 * for each of the first 48,894 merges.
 *
 * @see <a
 *     href="https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py">simple_tokenizer.py</a>
 */
final class ClipVocabulary {

  /** Number of ids, start and end included. */
  static final int SIZE = 49_408;

  static final int START_OF_TEXT = SIZE - 2;
  static final int END_OF_TEXT = SIZE - 1;

  /** Loaded at the first use. */
  static final ClipVocabulary INSTANCE = new ClipVocabulary();

  private static final int MERGES = SIZE - 2 - 512;

  private final String digest;
  private final BytePairs pairs;

  private ClipVocabulary() {
    byte[] file = VocabularyFile.read("bpe_simple_vocab_16e6.txt.gz");
    digest = VocabularyFile.digest(file);

    Map<String, Integer> ids = new HashMap<>(SIZE * 2);
    int[] bytes = new int[256];
    int[] lastBytes = new int[256];
    for (int place = 0; place < 256; place++) {
      int b = ByteLetters.inOrder(place);
      bytes[b] = place;
      lastBytes[b] = 256 + place;
      ids.put(String.valueOf(ByteLetters.letter(b)), place);
      ids.put(ByteLetters.letter(b) + "</w>", 256 + place);
    }

    PairMerges.Builder merges = new PairMerges.Builder(MERGES);
    new String(VocabularyFile.unzip(file), StandardCharsets.UTF_8)
        .lines()
        .skip(1) // the version
        .limit(MERGES)
        .forEach(line -> add(line, ids, merges));
    pairs = new BytePairs(merges.build(), bytes, lastBytes);
  }

  /** Lower-case hex SHA-256 of {@code bpe_simple_vocab_16e6.txt.gz}. */
  String digest() {
    return digest;
  }

  /**
   * All token ids of the text.
   *
   * @param specialInText whether {@code <|startoftext|>} and {@code <|endoftext|>} in the text are
   *     the special tokens
   */
  int[] encode(String text, boolean specialInText) {
    String lower = LowerCase.INSTANCE.withFinalSigma(text);
    ClipPattern pattern = new ClipPattern(lower, specialInText);
    TokenBuffer ids = new TokenBuffer(lower.length() / 3 + 4);
    while (pattern.next()) {
      switch (pattern.special()) {
        case NONE -> pairs.encode(lower, pattern.start(), pattern.end(), ids);
        case START -> ids.add(START_OF_TEXT);
        case END -> ids.add(END_OF_TEXT);
      }
    }
    return ids.from(0);
  }

  private static void add(String line, Map<String, Integer> ids, PairMerges.Builder merges) {
    int space = line.indexOf(' ');
    String left = line.substring(0, space);
    String right = line.substring(space + 1);
    int id = ids.size();
    ids.put(left + right, id);
    merges.add(ids.get(left), ids.get(right), id, id);
  }
}
