package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Lists of words and phrases: UTF-8, one to a line; what follows {@code //} is for the reader, and
 * so are empty lines.
 */
final class WordList {

  private static final long LARGEST_BYTES = 16 << 20;

  private WordList() {}

  /** A list that comes with the product. */
  static List<String> shipped(String name) {
    try (InputStream in = WordList.class.getResourceAsStream(name)) {
      return entries(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from the class path", e);
    }
  }

  /**
   * The list in the file that {@code key} names, by a path from the working directory; empty where
   * it names none. The file's digest is part of what is in force, as {@code <key>-digest}.
   */
  static List<String> named(RecipeReader recipe, String key) {
    String file = recipe.text(key, "");
    if (file.isEmpty()) {
      return List.of();
    }
    try {
      Path path = Path.of(file);
      if (!Files.isRegularFile(path)) {
        recipe.problem(key, "there is no file '" + file + "'");
        return List.of();
      }
      if (Files.size(path) > LARGEST_BYTES) {
        recipe.problem(key, "'" + file + "' has more than " + LARGEST_BYTES + " bytes");
        return List.of();
      }
      byte[] bytes = Files.readAllBytes(path);
      recipe.effect(key + "-digest", digest(bytes));
      return entries(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      recipe.problem(key, "'" + file + "' is not text in UTF-8");
    } catch (IOException | InvalidPathException e) {
      recipe.problem(key, "'" + file + "' cannot be read: " + e.getMessage());
    }
    return List.of();
  }

  private static List<String> entries(String text) {
    return text.lines()
        .map(line -> line.startsWith("\uFEFF") ? line.substring(1) : line)
        .map(line -> line.contains("//") ? line.substring(0, line.indexOf("//")) : line)
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
