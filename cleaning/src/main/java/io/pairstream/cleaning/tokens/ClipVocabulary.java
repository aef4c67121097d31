package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

  static final String START = "<|startoftext|>";
  static final int START_OF_TEXT = SIZE - 2;
  static final String END = "<|endoftext|>";
  static final int END_OF_TEXT = SIZE - 1;

  /** Stands behind the last letter of a word. */
  static final String END_OF_WORD = "</w>";

  /** Loaded at the first use. */
  static final ClipVocabulary INSTANCE = new ClipVocabulary();

  private static final int MERGES = SIZE - 2 - 512;

  /** The pattern ignores case, which lets the long s stand for an s. */
  private static final String OTHER_START = START.replaceFirst("s", "\u017f");

  private final String digest;
  private final SubwordModel pairs;

  private ClipVocabulary() {
    byte[] file = file();
    digest = VocabularyFile.digest(file);
    List<String> tokens = tokens(file);
    Map<String, Integer> ids = new HashMap<>(SIZE * 2);
    int[] bytes = new int[256];
    int[] lastBytes = new int[256];
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id).replace(" ", ""), id);
      if (id < 256) {
        bytes[ByteLetters.inOrder(id)] = id;
        lastBytes[ByteLetters.inOrder(id)] = 256 + id;
      }
    }
    PairMerges merges = new PairMerges(MERGES);
    for (int id = 512; id < tokens.size(); id++) {
      String[] pair = tokens.get(id).split(" ");
      merges.add(ids.get(pair[0]), ids.get(pair[1]), id, id);
    }
    pairs = new CachedModel(new BytePairs(merges, bytes, lastBytes));
  }

  private static byte[] file() {
    return VocabularyFile.read("bpe_simple_vocab_16e6.txt.gz");
  }

  /** The tokens in letters, by id; a merged one with a space between its parts. */
  static List<String> tokens() {
    return tokens(file());
  }

  private static List<String> tokens(byte[] file) {
    List<String> tokens = new ArrayList<>(SIZE);
    for (String mark : List.of("", END_OF_WORD)) {
      for (int place = 0; place < 256; place++) {
        tokens.add(ByteLetters.letter(ByteLetters.inOrder(place)) + mark);
      }
    }
    new String(VocabularyFile.unzip(file), StandardCharsets.UTF_8)
        .lines()
        .skip(1) // the version
        .limit(MERGES)
        .forEach(tokens::add);
    return tokens;
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
    TokenBuffer ids = new TokenBuffer(lower.length() / 3 + 4);
    int end;
    for (int start = WordPattern.afterClipSpace(lower, 0);
        start < lower.length();
        start = WordPattern.afterClipSpace(lower, end)) {
      if (specialInText && lower.startsWith(START, start)) {
        ids.add(START_OF_TEXT);
        end = start + START.length();
      } else if (specialInText && lower.startsWith(END, start)) {
        ids.add(END_OF_TEXT);
        end = start + END.length();
      } else {
        end =
            specialInText && lower.startsWith(OTHER_START, start)
                ? start + OTHER_START.length()
                : WordPattern.clipEnd(lower, start);
        pairs.encode(lower, start, end, ids);
      }
    }
    return ids.from(0);
  }
}
