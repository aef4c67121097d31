package io.pairstream.cleaning.tokens;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * SentencePiece's precompiled character map: a double-array trie from short texts to what they
 * become, applied as Hugging Face's tokenizers applies it. Immutable.
 *
 * <p>A cluster of characters that is seen as one (a letter with its accents) is looked up as a
 * whole if it has fewer than 6 bytes in UTF-8, else, or if nothing is found, character by
 * character; what is found is the entry of the shortest prefix, and it stands for all of the text
 * looked up.
 *
 * @see <a
 *     href="https://github.com/google/sentencepiece/blob/master/src/normalizer.cc">normalizer.cc</a>
 */
final class CharacterMap implements TextNormalizer {

  /** In bytes of UTF-8. */
  private static final int SHORT_CLUSTER = 6;

  private final int[] trie;
  private final byte[] texts;
  private final IntPredicate extending = CodePointClasses.INSTANCE.of("extending");
  private final IntPredicate prepended = CodePointClasses.INSTANCE.of("prepended");
  private final IntPredicate alone = CodePointClasses.INSTANCE.of("alone");

  /**
   * {@code map} begins with the trie's size in bytes (little-endian 32 bit), then the trie, then
   * the texts, each ended by a zero.
   *
   * @throws UnsupportedTokenizerException if it is not such a map
   */
  CharacterMap(byte[] map) {
    ByteBuffer in = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
    int size = map.length < 4 ? -1 : in.getInt();
    if (size < 4 || size % 4 != 0 || size > map.length - 4) {
      throw new UnsupportedTokenizerException("precompiled_charsmap is damaged");
    }
    trie = new int[size / 4];
    in.asIntBuffer().get(trie);
    texts = Arrays.copyOfRange(map, 4 + size, map.length);
  }

  @Override
  public String apply(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int begin = 0; begin < text.length(); ) {
      int end = clusterEnd(text, begin);
      String cluster = text.substring(begin, end);
      String mapped = utf8(cluster).length < SHORT_CLUSTER ? lookUp(cluster) : null;
      if (mapped != null) {
        out.append(mapped);
      } else {
        cluster.codePoints().forEach(codePoint -> append(Character.toString(codePoint), out));
      }
      begin = end;
    }
    return out.toString();
  }

  private void append(String character, StringBuilder out) {
    String mapped = lookUp(character);
    out.append(mapped == null ? character : mapped);
  }

  /**
   * Where a cluster ends. Of the rules of Unicode for clusters those are left out that join only
   * what has 6 bytes or more: they do not change what comes out.
   *
   * @see <a href="https://www.unicode.org/reports/tr29/">Unicode, annex 29</a>
   */
  private int clusterEnd(String text, int begin) {
    if (text.startsWith("\r\n", begin)) {
      return begin + 2;
    }
    int end = begin;
    int last;
    do {
      last = text.codePointAt(end);
      end += Character.charCount(last);
    } while (prepended.test(last) && end < text.length() && !alone.test(text.codePointAt(end)));
    while (!alone.test(last) && end < text.length() && extending.test(text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end;
  }

  /** What the text becomes; null if the map has none of its prefixes. */
  private String lookUp(String text) {
    int node = offset(trie[0]);
    for (byte b : utf8(text)) {
      int label = b & 0xFF;
      if (label == 0) {
        return null;
      }
      node ^= label;
      if (node >= trie.length || (trie[node] & 0x800000FF) != label) {
        return null;
      }
      int unit = trie[node];
      node ^= offset(unit);
      if (((unit >>> 8) & 1) == 1 && node < trie.length) {
        return textAt(trie[node] & 0x7FFFFFFF);
      }
    }
    return null;
  }

  private String textAt(int begin) {
    int end = Math.min(begin, texts.length);
    while (end < texts.length && texts[end] != 0) {
      end++;
    }
    return new String(
        texts,
        Math.min(begin, texts.length),
        end - Math.min(begin, texts.length),
        StandardCharsets.UTF_8);
  }

  /** Where the node's children are, relative to it, as in the library darts-clone. */
  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
