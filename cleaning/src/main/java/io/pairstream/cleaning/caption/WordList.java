package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lists of words and phrases: UTF-8, one to a line; what follows {@code //} is for the reader, and
 * so are empty lines.
 */
final class WordList {

  private static final long LARGEST_BYTES = 16 << 20;

  private WordList() {}

  /** A list that comes with the product. */
  static List<String> shipped(String name) {
    return entries(ClassPathFile.lines(WordList.class, name));
  }

  /** The list in the file that {@code key} names; empty where it names none. */
  static List<String> named(RecipeReader recipe, String key) {
    Optional<NamedFile> file = recipe.file(key, LARGEST_BYTES);
    if (file.isEmpty()) {
      return List.of();
    }
    Path path = file.get().path();
    try {
      return entries(Files.readString(path).lines());
    } catch (CharacterCodingException e) {
      recipe.problem(key, "'" + path.getFileName() + "' is not text in UTF-8");
    } catch (IOException e) {
      recipe.problem(key, "'" + path.getFileName() + "' cannot be read: " + e.getMessage());
    }
    return List.of();
  }

  private static List<String> entries(Stream<String> lines) {
    return lines
        .map(line -> line.startsWith("\uFEFF") ? line.substring(1) : line)
        .map(line -> line.contains("//") ? line.substring(0, line.indexOf("//")) : line)
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
