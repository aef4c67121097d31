package io.pairstream.cleaning.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * GPT-2's byte-level byte-pair encoding: ids 0 to 50255, and 50256 for the end of text, which is
 * never made from text ({@code <|endoftext|>} in a caption is ordinary text).
 *
 * <p>Equal to tiktoken and to Hugging Face's tokenizers on every text. The vocabulary is loaded
 * once, at the first use.
 */
public final class Gpt2Tokenizer implements Tokenizer {

  /** Number of ids, the end of text included. */
  static final int VOCABULARY_SIZE = 50_257;

  @Override
  public String name() {
    return "gpt2";
  }

  @Override
  public String digest() {
    return Vocabulary.INSTANCE.digest;
  }

  @Override
  public int[] encode(String text) {
    Vocabulary vocabulary = Vocabulary.INSTANCE;
    IntArrayList ids = new IntArrayList(text.length() / 3 + 4);
    for (int start = 0; start < text.length(); ) {
      int end = vocabulary.pattern.pieceEnd(text, start);
      vocabulary.encodePiece(text.substring(start, end), ids);
      start = end;
    }
    int[] array = new int[ids.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = ids.get(i);
    }
    return array;
  }

  /** The rank file inside jtokkit's jar, read. */
  private static final class Vocabulary {

    static final Vocabulary INSTANCE = new Vocabulary();

    private static final String RANKS = "/com/knuddels/jtokkit/r50k_base.tiktoken";

    private final String digest;
    private final Gpt2Pattern pattern = new Gpt2Pattern(CharacterClasses.load());

    /** Tokens that are whole characters; most pieces of a caption are one of them. */
    private final Map<String, Integer> words;

    /** Merges the bytes of what it is given as one piece. */
    private final Encoding pairs;

    private Vocabulary() {
      byte[] file = read();
      digest = sha256(file);
      IdentityHashMap<byte[], Integer> ranks = new IdentityHashMap<>(VOCABULARY_SIZE);
      words = new HashMap<>(VOCABULARY_SIZE * 2);
      new String(file, StandardCharsets.US_ASCII).lines().forEach(line -> add(line, ranks));
      EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
      registry.registerGptBytePairEncoding(
          new GptBytePairEncodingParams(
              "gpt2", Pattern.compile(".+", Pattern.DOTALL), ranks, Map.of()));
      pairs = registry.getEncoding("gpt2").orElseThrow();
    }

    void encodePiece(String piece, IntArrayList ids) {
      Integer word = words.get(piece);
      if (word != null) {
        ids.add(word);
        return;
      }
      IntArrayList merged = pairs.encodeOrdinary(piece);
      for (int i = 0; i < merged.size(); i++) {
        ids.add(merged.get(i));
      }
    }

    /**
     * Takes a line of the file: the token's bytes in Base64, a space, its rank, which is its id.
     */
    private void add(String line, IdentityHashMap<byte[], Integer> ranks) {
      int space = line.indexOf(' ');
      byte[] token = Base64.getDecoder().decode(line.substring(0, space));
      int id = Integer.parseInt(line.substring(space + 1));
      ranks.put(token, id);
      try {
        words.put(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(token)).toString(), id);
      } catch (CharacterCodingException e) {
        // Part of a character; no piece of text is equal to it.
      }
    }

    private static byte[] read() {
      try (InputStream in = Encodings.class.getResourceAsStream(RANKS)) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + RANKS, e);
      }
    }

    private static String sha256(byte[] bytes) {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }
}
