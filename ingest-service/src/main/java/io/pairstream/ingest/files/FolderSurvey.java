package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a folder without a list of its own holds, by the names of its files, hidden ones left out.
 *
 * @param images images of types that are supported
 * @param captioned those of them with a file of captions beside them
 * @param unsupported how many pictures there are of each extension that is not supported
 * @param orphans files of captions without an image beside them; a file that two images share may
 *     hide one
 * @param lists names of files in the folder itself that a person may have meant as the list
 */
record FolderSurvey(
    long images, long captioned, Map<String, Long> unsupported, long orphans, List<String> lists) {

  private static final Set<String> LISTS = Set.of("csv", "tsv", "jsonl", "parquet");

  static FolderSurvey of(Path folder) throws IOException {
    long images = 0;
    long captioned = 0;
    Map<String, Long> unsupported = new TreeMap<>();
    long captions = 0;
    List<String> lists = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        String name = file.getFileName().toString();
        if (name.startsWith(".")) {
          continue;
        }
        ImageFileType.unsupported(file).ifPresent(type -> unsupported.merge(type, 1L, Long::sum));
        if (ImageFileType.mediaType(file).isPresent()) {
          images++;
          captioned += Files.isRegularFile(ImageFileType.beside(file, "txt")) ? 1 : 0;
        } else if (ImageFileType.extension(name).equals("txt")) {
          captions++;
        } else if (folder.equals(file.getParent())
            && LISTS.contains(ImageFileType.extension(name))) {
          lists.add(name);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    long orphans = Math.max(0, captions - captioned);
    return new FolderSurvey(
        images, captioned, unsupported, orphans, lists.stream().sorted().toList());
  }

  /** Such as {@code 3 .heic and 1 .tiff, types that are not supported}; empty where none is. */
  Optional<String> unsupportedInWords() {
    if (unsupported.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        unsupported.entrySet().stream()
            .map(type -> type.getValue() + " ." + type.getKey())
            .collect(Collectors.joining(", ", "", ", of types that are not supported")));
  }

  /** What is left aside, a sentence each. */
  List<String> notices() {
    List<String> notices = new ArrayList<>();
    unsupportedInWords().ifPresent(words -> notices.add("left aside: " + words));
    if (orphans > 0) {
      notices.add("left aside: %d .txt without an image beside it".formatted(orphans));
    }
    return notices;
  }
}
