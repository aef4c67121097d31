package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens what a path leads to.
 *
 * <p>A folder with a {@code captions.jsonl}, {@code captions.csv} or {@code captions.tsv} is read
 * by that list, the first of them in this order; any other folder by the captions beside its
 * images. A file ending in {@code .jsonl}, {@code .csv} or {@code .tsv} is a list itself.
 */
public final class PairSources {

  private static final List<String> LISTS =
      List.of("captions.jsonl", "captions.csv", "captions.tsv");

  private final SourceDefaults defaults;
  private final Optional<Path> imageFolder;

  /**
   * @param imageFolder folder that the names in a list are relative to and stay within; by default
   *     the list's own
   */
  public PairSources(SourceDefaults defaults, Optional<Path> imageFolder) {
    this.defaults = defaults;
    this.imageFolder = imageFolder;
  }

  /**
   * The pairs at a path.
   *
   * @throws UnusableSourceException where there can be none
   */
  public PairSource open(Path path) {
    if (!Files.exists(path)) {
      throw new UnusableSourceException(path + " does not exist");
    }
    try {
      return Files.isDirectory(path) ? openFolder(path) : openList(path, List.of());
    } catch (IOException | UncheckedIOException e) {
      throw new UnusableSourceException(path + " cannot be read: " + e.getMessage());
    }
  }

  private PairSource openFolder(Path folder) throws IOException {
    List<String> lists =
        LISTS.stream().filter(name -> Files.isRegularFile(folder.resolve(name))).toList();
    if (!lists.isEmpty()) {
      return openList(folder.resolve(lists.get(0)), notices(folder, lists));
    }
    if (!anyImage(folder, false)) {
      throw new UnusableSourceException(
          folder
              + " holds no images (jpg, jpeg, png, webp, gif) and no caption list ("
              + String.join(", ", LISTS)
              + ")");
    }
    return new FolderPairs(folder, defaults);
  }

  private PairSource openList(Path list, List<String> notices) throws IOException {
    EntryReader entries =
        switch (ImageFileType.extension(list)) {
          case "jsonl" -> new JsonLines(list);
          case "csv" -> new DelimitedLines(list, ',');
          case "tsv" -> new DelimitedLines(list, '\t');
          default ->
              throw new UnusableSourceException(
                  list + " is neither a folder nor a list of captions (.jsonl, .csv, .tsv)");
        };
    Path ownFolder = list.toAbsolutePath().getParent();
    return new ListedPairs(
        list.getFileName().toString(),
        entries,
        new ImageFiles(imageFolder.orElse(ownFolder)),
        defaults,
        notices);
  }

  private static List<String> notices(Path folder, List<String> lists) {
    List<String> notices = new ArrayList<>();
    String first = lists.get(0);
    for (String other : lists.subList(1, lists.size())) {
      notices.add("captions are taken from " + first + "; " + other + " is left aside");
    }
    if (anyImage(folder, true)) {
      notices.add(
          "captions are taken from " + first + "; the .txt files beside images are left aside");
    }
    return notices;
  }

  private static boolean anyImage(Path folder, boolean captioned) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.anyMatch(
          file ->
              ImageFileType.mediaType(file).isPresent()
                  && !file.getFileName().toString().startsWith(".")
                  && Files.isRegularFile(file)
                  && (!captioned || Files.isRegularFile(ImageFileType.beside(file, "txt"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
