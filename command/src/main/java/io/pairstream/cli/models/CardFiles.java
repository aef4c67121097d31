package io.pairstream.cli.models;

import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.card.InvalidCardException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The files that a card names, which may not be there yet, and where they come from.
 *
 * @param source as the card says it
 * @param files at least one
 */
record CardFiles(String source, List<Wanted> files) {

  private static final List<String> SECTIONS =
      List.of("", "recognition.", "dictionary.", "caption.", "decoder.", "vocabulary.");

  /** Name of a file that is neither hidden nor in another folder. */
  private static final Pattern PLAIN_NAME =
      Pattern.compile("[\\p{L}\\p{N}_][^/\\\\\\p{Cntrl}]{0,199}");

  /**
   * A file of a card.
   *
   * @param path absolute
   * @param sha256 lower-case hex SHA-256; empty where the card says none
   */
  record Wanted(Path path, String sha256) {

    String name() {
      return path.getFileName().toString();
    }
  }

  /**
   * Reads what a card says of its files.
   *
   * @throws InvalidCardException where it names none, or no source
   */
  static CardFiles of(Path card) throws IOException {
    RecipeReader reader = RecipeReader.parse(card.toString(), RecipeFile.text(card));
    if (reader.text("kind", "").equals("python")) {
      throw new InvalidCardException(
          "the card %s runs code: models get fetches no code; lay its files beside it yourself"
              .formatted(card));
    }
    List<Wanted> files = new ArrayList<>();
    List<String> sections = new ArrayList<>(SECTIONS);
    reader.sections("weights").forEach(name -> sections.add("weights." + name + "."));
    for (String section : sections) {
      String file = reader.text(section + "file", "");
      if (!file.isEmpty() && !PLAIN_NAME.matcher(file).matches()) {
        throw new InvalidCardException(
            "the card %s names the file '%s': models get fetches files that lie beside the card, by plain names such as model.onnx"
                .formatted(card, RecipeReader.shown(file)));
      } else if (!file.isEmpty()) {
        files.add(
            new Wanted(
                card.resolveSibling(file).toAbsolutePath().normalize(),
                reader.text(section + "sha256", "")));
      }
    }
    String source = reader.text("source", "");
    if (files.isEmpty() || source.isEmpty()) {
      throw new InvalidCardException("the card %s has no file, or no source".formatted(card));
    }
    return new CardFiles(source, files);
  }
}
