package io.pairstream.cleaning.tokens;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
final class CharacterMap implements Function<String, String> {

  /** Clusters of fewer bytes of UTF-8 than this are looked up as a whole. */
  private static final int SHORT_CLUSTER = 6;

  private static final Pattern CLUSTER = Pattern.compile("\\X");

  private final int[] trie;
  private final byte[] texts;

  /**
   * {@code map} begins with the trie's size in bytes (little-endian 32 bit), then the trie, then
   * the texts, each ended by a zero.
   *
   * @throws IllegalArgumentException if it is not such a map
   */
  CharacterMap(byte[] map) {
    ByteBuffer in = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
    int size = map.length < 4 ? -1 : in.getInt();
    if (size < 4 || size % 4 != 0 || size > map.length - 4) {
      throw new IllegalArgumentException("precompiled_charsmap is damaged");
    }
    trie = new int[size / 4];
    in.asIntBuffer().get(trie);
    texts = Arrays.copyOfRange(map, 4 + size, map.length);
  }

  @Override
  public String apply(String text) {
    return CLUSTER
        .matcher(text)
        .results()
        .map(cluster -> mapped(cluster.group()))
        .collect(Collectors.joining());
  }

  private String mapped(String cluster) {
    String whole = utf8(cluster).length < SHORT_CLUSTER ? lookUp(cluster) : null;
    return whole != null
        ? whole
        : cluster
            .codePoints()
            .mapToObj(Character::toString)
            .map(character -> Objects.requireNonNullElse(lookUp(character), character))
            .collect(Collectors.joining());
  }

  /** The text's replacement; null if the map has none of its prefixes. */
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
    int from = Math.min(begin, texts.length);
    int end = from;
    while (end < texts.length && texts[end] != 0) {
      end++;
    }
    return new String(texts, from, end - from, StandardCharsets.UTF_8);
  }

  /** Position of the node's children relative to it, as in the library darts-clone. */
  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
