package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files by names that people take for the same: other capitals, composed accents or not, {@code
 * %20}, backslashes, no ending. Keeps the names of the folder that was asked for last. Not
 * thread-safe.
 */
final class NearNames {

  /** Endings of what holds captions beside an image; a text is preferred to JSON. */
  static final List<String> TEXTS = List.of("txt", "caption", "captions", "json");

  private Path listed;
  private final Map<String, Set<Path>> names = new HashMap<>();

  /**
   * The files of captions beside an image, by their endings: {@code owl.txt} or {@code
   * owl.jpg.txt}, capitals in the ending or not.
   */
  Map<String, Path> captionsOf(Path image) {
    String name = String.valueOf(image.getFileName());
    Map<String, Path> found = new LinkedHashMap<>();
    for (String stem : List.of(stem(name), name)) {
      for (String ending : TEXTS) {
        String wanted = composed(stem + "." + ending);
        // The image's own capitals: DOG.jpg and dog.txt may be two things.
        in(image.getParent(), wanted).stream()
            .filter(file -> composed(stem(file.getFileName().toString())).equals(composed(stem)))
            .findFirst()
            .ifPresent(file -> found.putIfAbsent(ending, file));
      }
    }
    return found;
  }

  /**
   * The one file that a name can mean which is not there as it is written.
   *
   * @return empty where there is none, or several
   */
  Optional<Path> find(Path folder, String name) {
    Set<Path> found = new LinkedHashSet<>();
    String slashed = name.replace('\\', '/');
    for (String each :
        List.of(slashed, slashed.strip(), decoded(slashed), slashed.replaceFirst("#\\d+$", ""))) {
      found.addAll(under(folder, each));
    }
    return found.size() == 1 ? found.stream().findFirst() : Optional.empty();
  }

  private Set<Path> under(Path folder, String name) {
    try {
      Path file = folder.resolve(name).normalize();
      return file.startsWith(folder) && !file.equals(folder)
          ? in(file.getParent(), file.getFileName().toString())
          : Set.of();
    } catch (InvalidPathException e) {
      return Set.of();
    }
  }

  /**
   * Files of a folder whose names differ only in case and in the form of accents; images by stem.
   */
  private Set<Path> in(Path folder, String name) {
    if (!folder.equals(listed)) {
      names.clear();
      listed = folder;
      try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
        files.forEach(this::note);
      } catch (IOException e) {
        throw new UncheckedIOException("folder " + folder + " cannot be listed", e);
      }
    }
    return names.getOrDefault(folded(name), Set.of());
  }

  private void note(Path file) {
    String name = file.getFileName().toString();
    Stream<String> called =
        ImageFiles.mediaType(name).isPresent() ? Stream.of(name, stem(name)) : Stream.of(name);
    called.forEach(
        one -> names.computeIfAbsent(folded(one), key -> new LinkedHashSet<>()).add(file));
  }

  static String stem(String name) {
    return name.replaceFirst("(?<=.)\\.[^.]*$", "");
  }

  private static String composed(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  private static String folded(String name) {
    return composed(name).toLowerCase(Locale.ROOT);
  }

  private static String decoded(String name) {
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }
}
