package io.pairstream.ingest.files;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.RootCause;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the image files that a source names.
 *
 * <p>Names are taken relative to one folder and may not leave it, by symbolic links neither: a data
 * set from elsewhere must not publish whatever else lies on this machine. Keeps the last image,
 * because the lines of a list that name the same one mostly follow each other.
 */
final class ImageFiles {

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "jpe", "image/jpeg",
          "jfif", "image/jpeg",
          "jif", "image/jpeg",
          "png", "image/png",
          "apng", "image/png",
          "webp", "image/webp",
          "gif", "image/gif");

  /** Most folders beside and in a folder in which a missing image is searched. */
  private static final int MAX_AROUND = 100;

  /** The locale's characters, in which Java reads and writes names of files. */
  private static final String CHARACTERS = System.getProperty("sun.jnu.encoding");

  private static final boolean HAS_ALL_NAMES = CHARACTERS.equals("UTF-8");

  private static final String BEYOND_LOCALE =
      " may have characters beyond the locale's, " + CHARACTERS + "; set LC_ALL=C.UTF-8";

  private final Path folder;
  private final boolean followsLinks;
  private final NearNames names = new NearNames();

  /** Other folders that may hold images; null until an image is missing. */
  private List<Path> around;

  /** Real paths below which files may be; empty before the first file is resolved. */
  private List<Path> roots = List.of();

  /** Files that entries have named, existing or not. */
  private final Set<Path> asked = new HashSet<>();

  private Path lastFile;
  private ByteBuffer lastImage;

  /**
   * @param followsLinks whether links may lead out of the folder
   */
  ImageFiles(Path folder, boolean followsLinks) {
    this.folder = folder.toAbsolutePath().normalize();
    this.followsLinks = followsLinks;
  }

  /**
   * Makes sure that a file is not elsewhere than its name says.
   *
   * @param file is there, and its name does not leave the folder
   * @throws IOException where a link leads out of the folder; the message names the file
   */
  void requireInside(Path file) throws IOException {
    if (followsLinks) {
      return;
    }
    if (roots.isEmpty()) {
      roots =
          Stream.concat(Stream.of(folder.toRealPath()), blobs(folder.toRealPath()).stream())
              .toList();
    }
    Path absolute = file.toAbsolutePath().normalize();
    Path real = absolute.toRealPath();
    if (roots.stream().noneMatch(real::startsWith)) {
      throw new IOException(
          "%s is behind a link that leads out of %s; --follow-links reads it all the same"
              .formatted(folder.relativize(absolute), folder));
    }
  }

  /** Folder in which the cache of Hugging Face's Hub keeps the files that a snapshot links to. */
  private static Optional<Path> blobs(Path folder) {
    return Stream.iterate(folder, Objects::nonNull, Path::getParent)
        .filter(above -> above.endsWith("snapshots"))
        .map(above -> above.resolveSibling("blobs"))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /** The media type that a file's name stands for, if it is an image's. */
  static Optional<String> mediaType(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Optional.ofNullable(MEDIA_TYPES.get(extension));
  }

  /**
   * All files below a folder, sorted by name folder by folder, so that a run is repeatable. Passes
   * over names that begin with a dot, and does not follow links to folders.
   */
  static Stream<Path> below(Path folder) {
    return below(folder, link -> {});
  }

  /**
   * All files below a folder, as {@link #below(Path)}.
   *
   * @param links receives links to folders
   */
  static Stream<Path> below(Path folder, Consumer<Path> links) {
    List<Path> sorted;
    try (Stream<Path> children = Files.list(folder)) {
      sorted =
          children
              .filter(child -> !child.getFileName().toString().startsWith("."))
              .sorted(Comparator.comparing(child -> child.getFileName().toString()))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("folder " + folder + " cannot be listed", e);
    }
    return sorted.stream()
        .flatMap(
            child -> {
              if (!Files.isDirectory(child)) {
                return Stream.of(child);
              }
              if (Files.isSymbolicLink(child)) {
                links.accept(child);
                return Stream.empty();
              }
              return below(child, links);
            });
  }

  /**
   * The whole file that a data set names.
   *
   * @throws IOException where it lies outside the folder, is missing, no file, too large or cannot
   *     be read; the message says so to the source's owner
   */
  ByteBuffer read(String name) throws IOException {
    Path file = resolve(name);
    asked.add(file);
    if (file.equals(lastFile)) {
      return lastImage.duplicate();
    }
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw new IOException(
          name + " is a link to " + Files.readSymbolicLink(file) + ", which does not exist");
    }
    if (!Files.exists(file)) {
      throw new IOException(name + " does not exist" + elsewhere(name));
    }
    requireInside(file);
    byte[] image = bytes(file, name, RecordSizes.MAX_IMAGE);
    if (image.length > RecordSizes.MAX_IMAGE) {
      throw new IOException(tooLarge(name, Files.size(file)));
    }
    lastImage = ByteBuffer.wrap(image);
    lastFile = file;
    return lastImage.duplicate();
  }

  /**
   * The bytes of a file, one more than the most at the most.
   *
   * @throws IOException where it is none: a pipe would be waited for
   */
  private static byte[] bytes(Path file, String name, int most) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(name + " is no file");
    }
    try (InputStream input = Files.newInputStream(file)) {
      return input.readNBytes(most + 1);
    } catch (AccessDeniedException e) {
      throw new IOException(name + " may not be read by this user", e);
    } catch (IOException e) {
      throw new IOException(name + " cannot be read: " + RootCause.message(e), e);
    }
  }

  /** Images below the folder, of unsupported formats too, that no entry has named. */
  List<String> notAsked() {
    return below(folder)
        .filter(file -> !asked.contains(file))
        .map(file -> folder.relativize(file).toString())
        .filter(name -> mediaType(name).or(() -> SkippedFiles.refusal(name)).isPresent())
        .toList();
  }

  /** Whether a file has this name as it is written. */
  boolean has(String name) throws IOException {
    return Files.exists(resolve(name));
  }

  /** The name of the file that a name means, where none is called so. */
  Optional<String> near(String name) throws IOException {
    return has(name)
        ? Optional.empty()
        : names.find(folder, name).map(file -> folder.relativize(file).toString());
  }

  private String elsewhere(String name) {
    if (around == null) {
      around = new ArrayList<>();
      for (Path outer :
          folder.getParent() == null ? List.of(folder) : List.of(folder, folder.getParent())) {
        try (Stream<Path> inner = Files.list(outer)) {
          inner.filter(Files::isDirectory).limit(MAX_AROUND).forEach(around::add);
        } catch (IOException e) {
          // It is not what the data set named.
        }
      }
    }
    return around.stream()
        .filter(other -> Files.isRegularFile(other.resolve(name)))
        .findFirst()
        .map(other -> " in %s; it is in %s: --images %s".formatted(folder, other, other))
        .orElse("");
  }

  /** Whether a cell is a file that is there, a URL, or called as an image is. */
  boolean isNamedBy(String written) {
    // Flickr8k numbers the captions of an image behind its name.
    String cell = written.replaceFirst("#\\d+$", "");
    try {
      return cell.matches("(?is)https?://.*")
          || (cell.contains(".") && mediaType(cell).isPresent())
          || Files.isRegularFile(resolve(cell));
    } catch (IOException e) {
      return false;
    }
  }

  static String tooLarge(String name, long bytes) {
    return "%s is too large: %s bytes; an image may have at most %s bytes (8 MiB)"
        .formatted(name, bytes, RecordSizes.MAX_IMAGE);
  }

  private Path resolve(String name) throws IOException {
    try {
      Path file = folder.resolve(name).normalize();
      if (!file.startsWith(folder)) {
        throw new IOException(name + " lies outside " + folder);
      }
      return file;
    } catch (InvalidPathException e) {
      throw new IOException(
          "'" + name + "' is no file name" + (HAS_ALL_NAMES ? "" : ": it" + BEYOND_LOCALE), e);
    }
  }

  /**
   * The images below a folder with the captions beside them, in {@code owl.txt}, {@code
   * owl.caption}, {@code owl.captions} (one on each line) or, where none of these is there, {@code
   * owl.json}.
   */
  static final class FolderEntries implements SourceEntry.Reader, SourceEntry.Input {

    private static final int MAX_CAPTION_FILE_BYTES = 1024 * 1024;

    private final Path folder;
    private final ImageFiles within;
    private final boolean asLines;
    private final Notices notices;
    private final Iterator<Path> files;
    private final long images;
    private long number;

    /** Files that give no pair; null until all images have been read. */
    private Iterator<SkippedFiles.Kind> skipped;

    /**
     * @param within reads the same folder
     * @param asLines whether each line of a text is a caption
     * @param notices hear what is not read, once all that is read is
     * @throws UnusableSourceException where it holds no image
     */
    FolderEntries(Path folder, ImageFiles within, boolean asLines, Notices notices) {
      this.folder = folder;
      this.notices = notices;
      this.within = within;
      this.asLines = asLines;
      this.files = images(folder).iterator();
      this.images = images(folder).count();
      if (images == 0) {
        SkippedFiles instead = new SkippedFiles(folder);
        throw new UnusableSourceException(
            "%s holds no images (jpg, jpeg, png, webp, gif) and no caption list (%s)%s"
                .formatted(
                    folder,
                    String.join(", ", FolderContents.LISTS),
                    Stream.concat(
                            instead.problems().stream().map(SkippedFiles.Kind::sentence),
                            instead.notice().stream())
                        .map("; "::concat)
                        .collect(Collectors.joining())));
      }
    }

    private static Stream<Path> images(Path folder) {
      return below(folder).filter(file -> mediaType(file.toString()).isPresent());
    }

    @Override
    public Optional<SourceEntry> next() {
      number++;
      return files.hasNext() ? Optional.of(entry(files.next())) : nextSkipped();
    }

    private Optional<SourceEntry> nextSkipped() {
      if (number <= images) {
        long gone = images - number + 1;
        SourceEntry entry = new SourceEntry(images, folder.toString(), ColumnNames.USUAL);
        number = images;
        return Optional.of(entry.problem("images that vanished while it was read: " + gone, gone));
      }
      if (skipped == null) {
        SkippedFiles found = new SkippedFiles(folder);
        skipped = found.problems().iterator();
        found.notice().ifPresent(sentence -> notices.once("not read of " + folder, sentence));
      }
      if (!skipped.hasNext()) {
        return Optional.empty();
      }
      SkippedFiles.Kind kind = skipped.next();
      SourceEntry entry = new SourceEntry(number, kind.first(), ColumnNames.USUAL);
      return Optional.of(entry.problem(kind.sentence(), kind.files()));
    }

    @Override
    public void skip(long last) {
      for (; number < last && files.hasNext(); number++) {
        files.next();
      }
    }

    @Override
    public double share() {
      return Math.min(1, (double) number / images);
    }

    @Override
    public void close() {}

    private SourceEntry entry(Path file) {
      String name = folder.relativize(file).toString();
      SourceEntry entry = new SourceEntry(number, name, ColumnNames.USUAL).file(name);
      if (name.contains("\uFFFD") && !(HAS_ALL_NAMES && folder.resolve(name).equals(file))) {
        return entry.problem(
            "its name" + (HAS_ALL_NAMES ? " is not UTF-8; rename the file" : BEYOND_LOCALE));
      }
      Map<String, Path> texts = within.names.captionsOf(file);
      if (texts.isEmpty()) {
        return entry.problem("there is no caption: no .txt of its name is beside it");
      }
      if (texts.size() > 1) {
        texts.remove("json");
      }
      for (Map.Entry<String, Path> text : texts.entrySet()) {
        read(text.getKey(), text.getValue(), entry);
      }
      return entry.hasCaptions()
          ? entry
          : entry.problem(
              "there is no caption: %s holds none"
                  .formatted(texts.values().iterator().next().getFileName()));
    }

    private void read(String ending, Path file, SourceEntry entry) {
      String name = file.getFileName().toString();
      try {
        within.requireInside(file);
        byte[] bytes = bytes(file, name, MAX_CAPTION_FILE_BYTES);
        if (bytes.length > MAX_CAPTION_FILE_BYTES) {
          entry.problem(name + " is too large for captions: over 1 MiB");
          return;
        }
        Optional<String> text =
            entry.text(ByteBuffer.wrap(bytes), name).map(SourceInput::withoutMark);
        if (ending.equals("json")) {
          text.ifPresent(json -> JsonFields.read(entry, json, true, name + " is "));
        } else {
          text.ifPresent(
              plain -> entry.captionText(name, plain, asLines || ending.equals("captions")));
        }
      } catch (IOException e) {
        entry.problem("captions cannot be read: " + RootCause.message(e));
      }
    }
  }
}
