package io.pairstream.ingest.files;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ProbeImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Files of an image folder that give no pair, by kind: images of formats that are not supported,
 * captions without an image, links to folders, and other files.
 */
final class SkippedFiles {

  private static final int BEGINNING_BYTES = 1024;

  private static final int NAMED = 3;

  /** Endings of unsupported image formats, and the formats to convert them to. */
  private static final Map<String, String> CONVERSIONS = conversions();

  private static final Set<String> CAPTIONS = Set.of("txt", "caption", "captions");

  /** Names of files that usually accompany data, or that systems leave behind. */
  private static final String NOT_OF_THE_DATA =
      "(?i)(readme|licen[cs]e|requirements|thumbs|desktop)\\b.*";

  private final SortedMap<String, List<Path>> foreign = new TreeMap<>();
  private final SortedMap<String, List<Path>> others = new TreeMap<>();
  private final List<Path> captions = new ArrayList<>();
  private final List<Path> linked = new ArrayList<>();
  private final Path folder;

  /**
   * Some files that were skipped.
   *
   * @param first name of the first of them
   * @param sentence what they are and what helps, for the folder's owner
   */
  record Kind(String first, String sentence, long files) {}

  /** Looks through a folder and those below it. */
  SkippedFiles(Path folder) {
    this.folder = folder;
    NearNames names = new NearNames();
    Set<Path> taken = new HashSet<>();
    ImageFiles.below(folder, linked::add)
        .forEach(
            file -> {
              String ending = ending(file);
              if (ImageFiles.mediaType(file.toString()).isPresent()) {
                taken.addAll(names.captionsOf(file).values());
              } else if (CONVERSIONS.containsKey(ending)) {
                taken.addAll(names.captionsOf(file).values());
                foreign.computeIfAbsent(ending, unused -> new ArrayList<>()).add(file);
              } else if (!FolderContents.isShard(file)
                  && !file.getFileName().toString().matches(NOT_OF_THE_DATA)) {
                (CAPTIONS.contains(ending)
                        ? captions
                        : others.computeIfAbsent(ending, unused -> new ArrayList<>()))
                    .add(file);
              }
            });
    captions.removeIf(taken::contains);
    others.values().forEach(files -> files.removeIf(taken::contains));
    others.values().removeIf(List::isEmpty);
  }

  /** Files that should have given pairs. */
  List<Kind> problems() {
    List<Kind> kinds = new ArrayList<>();
    foreign.forEach(
        (ending, files) ->
            kinds.add(
                kind(
                    files,
                    "%,d .%s: not supported; %s".formatted(files.size(), ending, remedy(files)))));
    if (!captions.isEmpty()) {
      kinds.add(
          kind(
              captions,
              captions.size() == 1
                  ? "this caption has no image of its name beside it"
                  : "%,d captions have no image of their name beside them: %s"
                      .formatted(captions.size(), named(captions))));
    }
    return kinds;
  }

  /** Other files that are not read, in a sentence; empty where there are none. */
  Optional<String> notice() {
    List<String> parts = new ArrayList<>();
    others.forEach(
        (ending, files) ->
            parts.add(
                "%,d %s"
                    .formatted(files.size(), ending.isEmpty() ? "without ending" : "." + ending)));
    if (!linked.isEmpty()) {
      parts.add("links to folders (%s), which are to be named themselves".formatted(named(linked)));
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of("not read: " + String.join(", ", parts));
  }

  private Kind kind(List<Path> files, String sentence) {
    return new Kind(folder.relativize(files.get(0)).toString(), sentence, files.size());
  }

  private String named(Collection<Path> files) {
    String first =
        files.stream()
            .limit(NAMED)
            .map(file -> folder.relativize(file).toString())
            .collect(Collectors.joining(", "));
    return files.size() <= NAMED ? first : first + " and %,d more".formatted(files.size() - NAMED);
  }

  /** Advice with endings in their own case, which shells distinguish. */
  private static String remedy(List<Path> files) {
    Set<String> written = new TreeSet<>();
    files.forEach(file -> written.add("*" + suffix(file.getFileName().toString())));
    return convert(ending(files.get(0)), String.join(" ", written));
  }

  private static String convert(String ending, String what) {
    return "convert, as by: mogrify -format %s %s (ImageMagick)"
        .formatted(CONVERSIONS.get(ending), what);
  }

  /** Advice for an image of that name; empty where its format may be supported. */
  static Optional<String> refusal(String name) {
    String ending = suffix(name).replaceFirst("\\.", "").toLowerCase(Locale.ROOT);
    return CONVERSIONS.containsKey(ending)
        ? Optional.of(
            "%s is not supported; %s".formatted("." + ending, convert(ending, "*." + ending)))
        : Optional.empty();
  }

  /** Format of an unsupported image, by its first bytes; empty for any other file. */
  static Optional<String> refusal(ByteBuffer image) {
    byte[] beginning = new byte[Math.min(BEGINNING_BYTES, image.remaining())];
    image.duplicate().get(beginning);
    return ImageType.of(beginning).isPresent()
        ? Optional.empty()
        : new ProbeImage()
            .apply(new EncodedImage(beginning)).rejectedOnly().stream()
                .filter(rejection -> rejection.reason() == RejectReason.IMAGE_TYPE_UNSUPPORTED)
                .map(rejection -> rejection.detail() + "; convert it, as by mogrify (ImageMagick)")
                .findFirst();
  }

  private static String ending(Path file) {
    return suffix(file.getFileName().toString()).replaceFirst("\\.", "").toLowerCase(Locale.ROOT);
  }

  private static String suffix(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= name.lastIndexOf('/') ? "" : name.substring(dot);
  }

  private static Map<String, String> conversions() {
    Map<String, String> conversions = new HashMap<>();
    Stream.of("heic heif hif avif jxl jp2 j2k jpx cr2 cr3 nef arw dng orf rw2".split(" ", -1))
        .forEach(ending -> conversions.put(ending, "jpg"));
    Stream.of("tif tiff bmp dib ico svg psd tga ppm pgm pbm pnm exr".split(" ", -1))
        .forEach(ending -> conversions.put(ending, "png"));
    return Map.copyOf(conversions);
  }
}
