package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Folder in which a test lays sources, and reads them with their notices. */
abstract class SourceFolder {

  @TempDir Path folder;

  final List<String> said = new ArrayList<>();

  final Path write(String name, String text) throws IOException {
    return write(name, text.getBytes(UTF_8));
  }

  final Path write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  final List<SourceItem> read(Path source) {
    return read(source, Options.USUAL);
  }

  final List<SourceItem> read(Path path, SourceOptions options) {
    return read(path, options, new Notices(said::add));
  }

  final List<SourceItem> read(Path path, SourceOptions options, Notices notices) {
    try (PairSource source = PairSource.open(path, options, notices)) {
      return ItemsRead.all(source);
    }
  }

  /** Lines of the items, the last of which says what ended the reading where that is no item. */
  static List<String> linesToTheEnd(Path path, SourceOptions options) {
    List<String> lines = new ArrayList<>();
    try {
      for (ImportState.Source each : ItemsRead.sources(List.of(path.toString()))) {
        try (PairSource source = PairSource.open(each.path(), options)) {
          source.forEachRemaining(item -> lines.add(ItemsRead.line(item)));
        }
      }
    } catch (UnusableSourceException | UncheckedIOException e) {
      lines.add(e.getMessage());
    }
    return lines;
  }
}
