package io.pairstream.cleaning.forbidden;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A file of one entry per line; {@code #} begins a comment, empty lines say nothing. */
final class ListedLines {

  /** About four million digests. */
  private static final long MAX_BYTES = 256L << 20;

  private static final int MOST_PROBLEMS = 10;

  private ListedLines() {}

  /**
   * The entries of the file that {@code key} names; none where it names none. A line that is no
   * entry is a problem of the recipe.
   *
   * @param entry what an entry looks like
   * @param inWords the same for a person
   */
  static List<String> read(RecipeReader recipe, String key, Pattern entry, String inWords) {
    Optional<NamedFile> file = recipe.file(key, MAX_BYTES);
    List<String> entries = new ArrayList<>();
    if (file.isEmpty()) {
      return entries;
    }
    int line = 0;
    int bad = 0;
    // Latin-1 takes any bytes: what is no text is a bad line with a number, not a failed reading.
    try (BufferedReader lines =
        Files.newBufferedReader(file.get().path(), StandardCharsets.ISO_8859_1)) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        line++;
        int comment = text.indexOf('#');
        String stripped = (comment < 0 ? text : text.substring(0, comment)).strip();
        if (entry.matcher(stripped).matches()) {
          entries.add(stripped);
        } else if (!stripped.isEmpty() && bad++ < MOST_PROBLEMS) {
          recipe.problem(key, "line " + line + " of the file is not " + inWords);
        }
      }
    } catch (IOException e) {
      recipe.problem(key, "the file cannot be read: " + e.getMessage());
    }
    if (bad > MOST_PROBLEMS) {
      recipe.problem(key, bad - MOST_PROBLEMS + " more lines of the file are not " + inWords);
    }
    return entries;
  }
}
