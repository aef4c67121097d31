package io.pairstream.cli.models;

import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.protocol.ShownPicture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Files that a model is tried on: pictures, with captions in a text beside each where the model
 * sees both; for a model of captions alone, texts with a caption on each line.
 */
record ShownFiles(ModelCard card) {

  private static final List<String> PICTURES = List.of(".jpg", ".jpeg", ".png", ".webp");

  /**
   * A question, and where it is from.
   *
   * @param where a picture's path, or a caption
   */
  record Shown(String where, ModelQuestion question) {}

  /**
   * The paths of questions: files as they are, of folders all pictures, or texts, in the order of
   * their names.
   */
  List<Path> find(List<Path> paths) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new IOException("there is no file or folder " + path);
      }
      try (Stream<Path> files = Files.walk(path)) {
        files
            .filter(file -> Files.isRegularFile(file) && (file.equals(path) || isWanted(file)))
            .sorted()
            .forEach(found::add);
      }
    }
    return found;
  }

  private boolean isWanted(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return (card.seesPicture() ? PICTURES : List.of(".txt")).stream().anyMatch(name::endsWith);
  }

  /**
   * The questions of a file.
   *
   * @param problem takes what is wrong where there is none
   */
  List<Shown> read(Path file, Consumer<String> problem) throws IOException {
    if (!card.seesPicture()) {
      return Files.readString(file)
          .lines()
          .filter(line -> !line.isBlank())
          .map(line -> new Shown(line.strip(), new ModelQuestion(null, line.strip())))
          .toList();
    }
    if (Files.size(file) > ShownPicture.MOST_BYTES) {
      problem.accept(
          "%s has %d bytes; at most %d".formatted(file, Files.size(file), ShownPicture.MOST_BYTES));
      return List.of();
    }
    Optional<String> caption = card.seesCaption() ? beside(file) : Optional.of("");
    if (caption.isEmpty()) {
      problem.accept("no text with a caption stands beside " + file);
      return List.of();
    }
    ShownPicture picture = ShownPicture.file(Files.readAllBytes(file));
    return List.of(new Shown(file.toString(), new ModelQuestion(picture, caption.get())));
  }

  private static Optional<String> beside(Path picture) throws IOException {
    String name = picture.getFileName().toString();
    Path text = picture.resolveSibling(name.replaceFirst("\\.[^.]*$", "") + ".txt");
    return Files.isRegularFile(text)
        ? Optional.of(Files.readString(text, StandardCharsets.UTF_8).strip())
        : Optional.empty();
  }
}
