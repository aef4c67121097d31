package io.pairstream.benchmarks.compare;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The pictures of a folder, in sets.
 *
 * @param folder where they lie
 * @param sets each set's files, in the order of their names
 */
record Corpus(Path folder, Map<FileSet, List<Member>> sets) {

  /** Which files are measured together. */
  enum FileSet {
    /** JPEGs of one or three colours. */
    JPEG,
    /** Everything else: PNG, WebP, and JPEGs of four colours. */
    OTHER,
    /** The folder {@code large}, apart from the rest. */
    LARGE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One file.
   *
   * @param pixels width times height, as declared
   */
  record Member(Path path, long bytes, long pixels) {}

  /**
   * Finds every file that starts like a picture.
   *
   * @throws IOException if the folder cannot be read
   */
  static Corpus of(Path folder) throws IOException {
    Map<FileSet, List<Member>> sets = new EnumMap<>(FileSet.class);
    Path large = folder.resolve("large");
    ProbeImage probe = new ProbeImage();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      Outcome<ProbedImage> probed = probe.apply(new EncodedImage(bytes));
      for (ProbedImage image : probed.keptOnly()) {
        sets.computeIfAbsent(
                file.startsWith(large) ? FileSet.LARGE : setOf(image), set -> new ArrayList<>())
            .add(new Member(file.toAbsolutePath(), bytes.length, image.pixels()));
      }
    }
    return new Corpus(folder, sets);
  }

  private static FileSet setOf(ProbedImage image) {
    boolean usual =
        image.type() == ImageType.JPEG && image.colour() != ProbedImage.ColourModel.CMYK;
    return usual ? FileSet.JPEG : FileSet.OTHER;
  }

  List<Member> files(FileSet set) {
    return sets.getOrDefault(set, List.of());
  }

  /** One line per file, for the contenders: set, tab, path. */
  List<String> listing() {
    return sets.entrySet().stream()
        .flatMap(
            set -> set.getValue().stream().map(file -> set.getKey().label() + "\t" + file.path()))
        .toList();
  }
}
