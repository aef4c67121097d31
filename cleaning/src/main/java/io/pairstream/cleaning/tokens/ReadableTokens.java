package io.pairstream.cleaning.tokens;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says which text each token of a caption stands for, those too that did not fit, for the
 * tokenizers that come with the product. Thread-safe.
 */
public final class ReadableTokens {

  /** Longest character in bytes of UTF-8, and so in tokens. */
  private static final int LONGEST_CHARACTER = 4;

  /** By the vocabulary's digest, filled on first use. Each entry takes a few megabytes. */
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
    return Tokenizer.named(name, false)
        .filter(tokenizer -> tokenizer.digest().equals(digest))
        .map(
            tokenizer ->
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
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);
    ByteBuffer bytes = ByteBuffer.allocate(0);
    for (int i = 0; i < ids.size(); i++) {
      byte[] name = names.getOrDefault(ids.get(i), new byte[0]);
      // The beginning of a character waits for its end.
      bytes = ByteBuffer.allocate(bytes.remaining() + name.length).put(bytes).put(name).flip();
      CharBuffer text = CharBuffer.allocate(bytes.remaining());
      decoder.decode(bytes, text, false);
      if (i >= first) {
        tokens.add(new Token(ids.get(i), text.flip().toString(), cut));
      }
    }
    return tokens;
  }

  private static Map<Integer, byte[]> names(String tokenizer) {
    Map<Integer, byte[]> names = new HashMap<>();
    switch (tokenizer) {
      case "gpt2", "glide" -> {
        names.putAll(Gpt2Vocabulary.pieces());
        names.put(Gpt2Vocabulary.END_OF_TEXT, bytes("<|endoftext|>"));
      }
      case "clip", "dalle" -> {
        names.putAll(ClipVocabulary.pieces(""));
        names.put(ClipVocabulary.START_OF_TEXT, bytes(ClipVocabulary.START));
        names.put(ClipVocabulary.END_OF_TEXT, bytes(ClipVocabulary.END));
      }
      default -> // the mark of a piece inside a word is no part of its text
          TokenizerFile.bertChineseVocabulary()
              .forEach((word, id) -> names.put(id, bytes(word.replaceAll("^##", ""))));
    }
    return names;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
