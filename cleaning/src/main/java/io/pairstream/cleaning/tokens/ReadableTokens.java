package io.pairstream.cleaning.tokens;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Says which text each token of a caption stands for, those too that did not fit, for the
 * tokenizers that come with the product. Thread-safe.
 */
public final class ReadableTokens {

  /** In bytes of UTF-8, and so in tokens. */
  private static final int LONGEST_CHARACTER = 4;

  /** By the digest of the vocabulary. Each takes a few megabytes once it is asked for. */
  private static final Map<String, Map<Integer, byte[]>> NAMES = new ConcurrentHashMap<>();

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
    Tokenizer tokenizer =
        switch (name) {
          case "gpt2" -> Tokenizer.gpt2();
          case "glide" -> Tokenizer.glide();
          case "clip" -> Tokenizer.clip(false);
          case "dalle" -> Tokenizer.dalle(false);
          case "bert-chinese" -> Tokenizer.bertChinese();
          default -> null;
        };
    return tokenizer == null || !tokenizer.digest().equals(digest)
        ? Optional.empty()
        : Optional.of(
            new ReadableTokens(
                tokenizer, NAMES.computeIfAbsent(digest, same -> names(tokenizer.name()))));
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
    Map<Integer, byte[]> names = new HashMap<>();
    switch (tokenizer) {
      case "gpt2", "glide" -> readGpt2(names);
      case "clip", "dalle" -> readClip(names);
      default -> readBertChinese(names);
    }
    return names;
  }

  private static Stream<String> lines(String file) {
    byte[] bytes = VocabularyFile.unzip(VocabularyFile.read(file));
    return new String(bytes, StandardCharsets.UTF_8).lines();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void readGpt2(Map<Integer, byte[]> names) {
    lines("r50k_base.tiktoken.gz")
        .map(line -> line.split(" ", 2))
        .forEach(line -> names.put(Integer.valueOf(line[1]), Base64.getDecoder().decode(line[0])));
    names.put(Gpt2Vocabulary.END_OF_TEXT, bytes("<|endoftext|>"));
  }

  /** The mark at the end of a word is no part of its text. */
  private static void readClip(Map<Integer, byte[]> names) {
    for (int place = 0; place < 256; place++) {
      byte[] one = {(byte) ByteLetters.inOrder(place)};
      names.put(place, one);
      names.put(256 + place, one);
    }
    lines("bpe_simple_vocab_16e6.txt.gz")
        .skip(1) // the version
        .limit(ClipVocabulary.SIZE - 2L - names.size())
        .forEach(line -> names.put(names.size(), ofLetters(line.replaceAll(" |</w>$", ""))));
    names.put(ClipVocabulary.START_OF_TEXT, bytes("<|startoftext|>"));
    names.put(ClipVocabulary.END_OF_TEXT, bytes("<|endoftext|>"));
  }

  private static byte[] ofLetters(String name) {
    byte[] bytes = new byte[name.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ByteLetters.byteOf(name.charAt(i));
    }
    return bytes;
  }

  /** The mark of a piece inside a word is no part of its text. */
  private static void readBertChinese(Map<Integer, byte[]> names) {
    byte[] file = VocabularyFile.unzip(VocabularyFile.read("bert-chinese.json.gz"));
    try {
      new ObjectMapper()
          .readTree(file)
          .at("/model/vocab")
          .properties()
          .forEach(
              word ->
                  names.put(
                      word.getValue().intValue(), bytes(word.getKey().replaceAll("^##", ""))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
