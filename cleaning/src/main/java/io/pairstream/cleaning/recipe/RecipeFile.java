package io.pairstream.cleaning.recipe;

import io.pairstream.cleaning.ClassPathFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * A recipe's text and its file.
 *
 * @param name name of a shipped recipe, or path of a file
 * @param yaml the text
 */
public record RecipeFile(String name, String yaml) {

  private static final long MOST_BYTES = 1L << 20;

  /** The recipes that come with the product; the first is the default. */
  public static final List<String> SHIPPED =
      List.of("dalle", "clip", "glide", "chinese-clip", "safe-and-clean", "teaching", "demo");

  /**
   * Finds a recipe by the name of a shipped one or by path.
   *
   * @throws IOException if the file cannot be read; the message says what would be right
   */
  public static RecipeFile find(String nameOrPath) throws IOException {
    if (SHIPPED.contains(nameOrPath)) {
      String name = nameOrPath + ".yaml";
      return new RecipeFile(name, ClassPathFile.text(RecipeFile.class, name));
    }
    try {
      Path path = Path.of(nameOrPath);
      if (Files.isRegularFile(path)) {
        return new RecipeFile(path.toString(), text(path));
      }
    } catch (CharacterCodingException e) {
      throw new IOException("the recipe '" + nameOrPath + "' is not text in UTF-8", e);
    } catch (InvalidPathException e) {
      // No such file.
    }
    throw new IOException(
        "no recipe '" + nameOrPath + "': give a file, or one of " + String.join(", ", SHIPPED));
  }

  /**
   * Text of a recipe or a card, whose size is looked at before it is read.
   *
   * @throws IOException if it cannot be read, or is none; the message says why
   */
  public static String text(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
      throw new IOException(
          "%s is no recipe or card: it is no file, or has more than %,d bytes"
              .formatted(file, MOST_BYTES));
    }
    return Files.readString(file);
  }

  public RecipeReader reader() {
    return RecipeReader.parse(name, yaml);
  }
}
