package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Sha256;
import java.nio.IntBuffer;
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

  private static final int OTHER = 0;
  private static final int LETTER = 1;
  private static final int NUMBER = 2;
  private static final int SPACE = 3;
  private static final List<String> CONTRACTIONS = List.of("s", "t", "re", "ve", "m", "ll", "d");

  /** Upper bound of the ways to cut tokens of the vocabulary in two. */
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

  /** The bytes of each token by its id, all but the end of text. */
  static Map<Integer, byte[]> pieces() {
    Map<Integer, byte[]> pieces = new HashMap<>();
    for (String token : tokens(file())) {
      pieces.put(pieces.size(), token.getBytes(StandardCharsets.ISO_8859_1));
    }
    return pieces;
  }

  /**
   * Reads lines of a token's bytes in Base64, a space, and its rank, which is the number of lines
   * before it.
   */
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
    IntBuffer ids = IntBuffer.allocate(3 * text.length()); // no token without a byte
    for (int start = 0; start < text.length(); ) {
      int end = pieceEnd(text, start);
      ids.put(pairs.apply(text.substring(start, end)));
      start = end;
    }
    return Arrays.copyOf(ids.array(), ids.position());
  }

  /**
   * End of the {@link #PIECE} that begins at {@code start}; five times as fast as Java's regular
   * expressions.
   */
  private static int pieceEnd(String text, int start) {
    if (text.charAt(start) == '\'') {
      for (String ending : CONTRACTIONS) {
        if (text.startsWith(ending, start + 1)) {
          return start + 1 + ending.length();
        }
      }
    }
    boolean spaceBefore =
        text.charAt(start) == ' '
            && start + 1 < text.length()
            && kind(text.codePointAt(start + 1)) != SPACE;
    int run = spaceBefore ? start + 1 : start;
    int kind = kind(text.codePointAt(run));
    int end = run;
    while (end < text.length() && kind(text.codePointAt(end)) == kind) {
      end += Character.charCount(text.codePointAt(end));
    }
    // The last white space belongs to what follows; none is a surrogate pair.
    return kind == SPACE && end < text.length() && end - run > 1 ? end - 1 : end;
  }

  private static int kind(int c) {
    if (c >= 'a' && c <= 'z') {
      return LETTER;
    }
    if (c == ' ' || (c >= 9 && c <= 13) || c == 0x85) {
      return SPACE;
    }
    return switch (Character.getType(c)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      default -> OTHER;
    };
  }
}
