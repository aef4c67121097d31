package io.pairstream.cleaning.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says which text each token of a caption stands for, those too that did not fit, for the
 * tokenizers that come with the product. Thread-safe.
 */
public final class ReadableTokens {

  /** In bytes of UTF-8, and so in tokens. */
  private static final int LONGEST_CHARACTER = 4;

  private final Tokenizer tokenizer;
  private final Map<Integer, byte[]> names;

  private ReadableTokens(Tokenizer tokenizer, Map<Integer, byte[]> names) {
    this.tokenizer = tokenizer;
    this.names = names;
  }

  /**
   * One token.
   *
   * @param text what it stands for; empty where its bytes end inside a character, which is then the
   *     last one's
   * @param cut whether the caption was cut before it, so that the model never sees it
   */
  public record Token(int id, String text, boolean cut) {}

  /**
   * A tokenizer that comes with the product; empty for one that does not, or whose vocabulary is
   * another.
   *
   * @param name as records have it: gpt2, clip, glide, dalle or bert-chinese
   * @param digest of the vocabulary, as records have it
   */
  public static Optional<ReadableTokens> named(String name, String digest) {
    return (switch (name) {
          case "gpt2" -> Optional.of(new Gpt2Tokenizer());
          case "glide" -> Optional.of(new GlideTokenizer());
          case "clip" -> Optional.of(new ClipTokenizer(false));
          case "dalle" -> Optional.of(new DalleTokenizer(false));
          case "bert-chinese" -> Optional.of(new BertChineseTokenizer());
          default -> Optional.<Tokenizer>empty();
        })
        .filter(known -> known.digest().equals(digest))
        .map(known -> new ReadableTokens(known, names(name)));
  }

  /**
   * The tokens of a caption: those that were stored, then those that did not fit.
   *
   * @param caption the text that the ids stand for
   * @param stored the ids without padding
   * @param truncated whether more were made than stored
   */
  public List<Token> tokens(String caption, List<Integer> stored, boolean truncated) {
    List<Token> tokens = new ArrayList<>(texts(stored, 0, false));
    if (truncated) {
      int[] all = tokenizer.encode(caption);
      int before = tokenizer.before().length;
      int kept = stored.size() - before - tokenizer.after().length;
      boolean same = kept >= 0 && kept <= all.length;
      for (int i = 0; same && i < kept; i++) {
        same = all[i] == stored.get(before + i);
      }
      // A caption that spells special tokens may have been read by other rules.
      if (same) {
        // Where the cut lies inside a character, its first bytes are before the cut.
        int from = Math.max(0, kept - LONGEST_CHARACTER);
        tokens.addAll(
            texts(Arrays.stream(all, from, all.length).boxed().toList(), kept - from, true));
      }
    }
    return tokens;
  }

  /** The texts of all ids but the first ones, which may hold the beginning of a character. */
  private List<Token> texts(List<Integer> ids, int first, boolean cut) {
    List<Token> tokens = new ArrayList<>();
    byte[] pending = {};
    for (int i = 0; i < ids.size(); i++) {
      int id = ids.get(i);
      byte[] name = names.getOrDefault(id, new byte[0]);
      byte[] bytes = Arrays.copyOf(pending, pending.length + name.length);
      System.arraycopy(name, 0, bytes, pending.length, name.length);
      int whole = wholeCharacters(bytes);
      if (i >= first) {
        tokens.add(new Token(id, new String(bytes, 0, whole, StandardCharsets.UTF_8), cut));
      }
      pending = Arrays.copyOfRange(bytes, whole, bytes.length);
    }
    return tokens;
  }

  /** How many bytes at the beginning are not the beginning of an unfinished character. */
  private static int wholeCharacters(byte[] bytes) {
    int end = bytes.length;
    int lead = end - 1;
    while (lead >= 0 && end - lead <= 3 && (bytes[lead] & 0xC0) == 0x80) {
      lead--;
    }
    if (lead < 0) {
      return end;
    }
    int first = bytes[lead] & 0xFF;
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    return end - lead < length ? lead : end;
  }

  private static Map<Integer, byte[]> names(String tokenizer) {
    return switch (tokenizer) {
      case "gpt2", "glide" -> OfGpt2.NAMES;
      case "clip", "dalle" -> OfClip.NAMES;
      default -> OfBertChinese.NAMES;
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Read when they are first asked for; each takes a few megabytes. */
  private static final class OfGpt2 {

    static final Map<Integer, byte[]> NAMES = read();

    private static Map<Integer, byte[]> read() {
      Map<Integer, byte[]> names = new HashMap<>();
      byte[] file = VocabularyFile.unzip(VocabularyFile.read("r50k_base.tiktoken.gz"));
      new String(file, StandardCharsets.US_ASCII)
          .lines()
          .forEach(
              line -> {
                int space = line.indexOf(' ');
                names.put(
                    Integer.valueOf(line.substring(space + 1)),
                    Base64.getDecoder().decode(line.substring(0, space)));
              });
      names.put(Gpt2Vocabulary.END_OF_TEXT, bytes("<|endoftext|>"));
      return Map.copyOf(names);
    }
  }

  /** CLIP's. The mark at the end of a word is no part of its text. */
  private static final class OfClip {

    static final Map<Integer, byte[]> NAMES = read();

    private static Map<Integer, byte[]> read() {
      Map<Integer, byte[]> names = new HashMap<>();
      for (int place = 0; place < 256; place++) {
        byte[] one = {(byte) ByteLetters.inOrder(place)};
        names.put(place, one);
        names.put(256 + place, one);
      }
      byte[] file = VocabularyFile.unzip(VocabularyFile.read("bpe_simple_vocab_16e6.txt.gz"));
      new String(file, StandardCharsets.UTF_8)
          .lines()
          .skip(1) // the version
          .limit(ClipVocabulary.SIZE - 2L - names.size())
          .forEach(
              line ->
                  names.put(names.size(), letters(line.replace(" ", "").replaceAll("</w>$", ""))));
      names.put(ClipVocabulary.START_OF_TEXT, bytes("<|startoftext|>"));
      names.put(ClipVocabulary.END_OF_TEXT, bytes("<|endoftext|>"));
      return Map.copyOf(names);
    }

    private static byte[] letters(String name) {
      byte[] bytes = new byte[name.length()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) ByteLetters.byteOf(name.charAt(i));
      }
      return bytes;
    }
  }

  /** BERT-Chinese's. The mark of a piece inside a word is no part of its text. */
  private static final class OfBertChinese {

    static final Map<Integer, byte[]> NAMES = read();

    private static Map<Integer, byte[]> read() {
      byte[] file = VocabularyFile.unzip(VocabularyFile.read("bert-chinese.json.gz"));
      Map<Integer, byte[]> names = new HashMap<>();
      try {
        JsonNode words = JsonMapper.builder().build().readTree(file).path("model").path("vocab");
        words
            .properties()
            .forEach(
                word ->
                    names.put(
                        word.getValue().intValue(), bytes(word.getKey().replaceAll("^##", ""))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Map.copyOf(names);
    }
  }
}
