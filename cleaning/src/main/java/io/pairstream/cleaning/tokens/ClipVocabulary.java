package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

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

  /** Follows the last letter of a word. */
  static final String END_OF_WORD = "</w>";

  /** Loaded at the first use. */
  static final ClipVocabulary INSTANCE = new ClipVocabulary();

  private static final int MERGES = SIZE - 2 - 512;

  /**
   * Cuts text in lower case, without special tokens. The original ignores case, which lets the long
   * s stand for an s, and the small iota below, whose capital is a letter, match nothing.
   */
  private static final String PIECES =
      "'(?:[s\u017ftmd]|re|ve|ll)|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}\u0345]+";

  private static final Pattern PIECE = Pattern.compile(PIECES, Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern PIECE_OR_SPECIAL =
      Pattern.compile(
          "<\\|(?:[s\u017f]tartoftext|endoftext)\\|>|" + PIECES, Pattern.UNICODE_CHARACTER_CLASS);

  private final String digest;
  private final CachedModel pairs;

  private ClipVocabulary() {
    byte[] file = file();
    digest = Sha256.hex(file);
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
    pairs = new CachedModel(piece -> merges.ofBytes(piece, bytes, lastBytes));
  }

  private static byte[] file() {
    return ClassPathFile.bytes(ClipVocabulary.class, "bpe_simple_vocab_16e6.txt.gz");
  }

  /** The bytes of each token by its id, all but the special ones. */
  static Map<Integer, byte[]> pieces(String endOfWord) {
    Map<Integer, byte[]> pieces = new HashMap<>();
    for (String token : tokens(file())) {
      String letters = token.replace(" ", "").replace(END_OF_WORD, endOfWord);
      pieces.put(pieces.size(), ByteLetters.bytes(letters));
    }
    return pieces;
  }

  /** The tokens in letters, by id; a merged one with a space between its parts. */
  private static List<String> tokens(byte[] file) {
    List<String> tokens = new ArrayList<>(SIZE);
    for (String mark : List.of("", END_OF_WORD)) {
      for (int place = 0; place < 256; place++) {
        tokens.add(ByteLetters.letter(ByteLetters.inOrder(place)) + mark);
      }
    }
    new String(ClassPathFile.unzipped(file), StandardCharsets.UTF_8)
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
    return (specialInText ? PIECE_OR_SPECIAL : PIECE)
        .matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .flatMapToInt(piece -> ids(piece.group(), specialInText))
        .toArray();
  }

  private IntStream ids(String piece, boolean specialInText) {
    return specialInText && piece.equals(START)
        ? IntStream.of(START_OF_TEXT)
        : specialInText && piece.equals(END)
            ? IntStream.of(END_OF_TEXT)
            : Arrays.stream(pairs.apply(piece));
  }
}
