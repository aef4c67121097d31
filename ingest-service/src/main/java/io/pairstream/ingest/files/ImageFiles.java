package io.pairstream.ingest.files;

import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
          "png", "image/png",
          "webp", "image/webp",
          "gif", "image/gif");

  private final Path folder;
  private final boolean followsLinks;
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
    Path absolute = file.toAbsolutePath().normalize();
    if (!followsLinks && !absolute.toRealPath().startsWith(folder.toRealPath())) {
      throw new IOException(
          "%s is behind a link that leads out of %s; --follow-links reads it all the same"
              .formatted(folder.relativize(absolute), folder));
    }
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
            child ->
                Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)
                    ? below(child)
                    : Stream.of(child).filter(file -> !Files.isDirectory(file)));
  }

  /**
   * The whole file that a data set names.
   *
   * @throws IOException where it lies outside the folder, is missing, no file, too large or cannot
   *     be read; the message says so to the source's owner
   */
  ByteBuffer read(String name) throws IOException {
    Path file = resolve(name);
    if (file.equals(lastFile)) {
      return lastImage.duplicate();
    }
    if (!Files.exists(file)) {
      throw new IOException(name + " does not exist");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(name + " is no file");
    }
    requireInside(file);
    long size = Files.size(file);
    if (size > RecordSizes.MAX_IMAGE) {
      throw new IOException(tooLarge(name, size));
    }
    try {
      lastImage = ByteBuffer.wrap(Files.readAllBytes(file));
      lastFile = file;
      return lastImage.duplicate();
    } catch (AccessDeniedException e) {
      throw new IOException(name + " may not be read by this user", e);
    } catch (IOException e) {
      throw new IOException(name + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether a cell is a file that is there, a URL, or called as an image is. */
  boolean isNamedBy(String cell) {
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
      throw new IOException("'" + name + "' is no file name", e);
    }
  }

  /**
   * The images below a folder with the captions beside them: {@code owl.jpg} and {@code owl.txt},
   * whose lines that are not blank are one caption each.
   */
  static final class FolderEntries implements Entry.Reader, Entry.Input {

    /** Largest file of captions that is read, in bytes. */
    private static final long MAX_CAPTION_FILE_BYTES = 1024 * 1024;

    private final Path folder;
    private final ImageFiles within;
    private final Iterator<Path> files;
    private final long images;
    private long number;

    /**
     * @param within reads the same folder
     * @throws UnusableSourceException where it holds no image
     */
    FolderEntries(Path folder, ImageFiles within) {
      this.folder = folder;
      this.within = within;
      this.files = images(folder).iterator();
      this.images = images(folder).count();
      if (images == 0) {
        throw new UnusableSourceException(
            "%s holds no images (jpg, jpeg, png, webp, gif) and no caption list (%s)"
                .formatted(folder, String.join(", ", PairSource.LISTS)));
      }
    }

    private static Stream<Path> images(Path folder) {
      return below(folder).filter(file -> mediaType(file.toString()).isPresent());
    }

    @Override
    public Optional<Entry> next() {
      if (!files.hasNext()) {
        return Optional.empty();
      }
      number++;
      return Optional.of(entry(files.next()));
    }

    @Override
    public void skip(long last) {
      for (; number < last && files.hasNext(); number++) {
        Path unused = files.next();
      }
    }

    @Override
    public double share() {
      return Math.min(1, (double) number / images);
    }

    @Override
    public void close() {}

    private Entry entry(Path file) {
      String name = folder.relativize(file).toString();
      Entry entry = new Entry(number, name, ColumnNames.USUAL).file(name);
      String captionName = file.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ".txt";
      Path captions = file.resolveSibling(captionName);
      try {
        if (!Files.isRegularFile(captions)) {
          return entry.problem("there is no caption: " + captionName + " is not beside it");
        }
        within.requireInside(captions);
        if (Files.size(captions) > MAX_CAPTION_FILE_BYTES) {
          return entry.problem(captionName + " is too large for captions: over 1 MiB");
        }
        entry
            .text(ByteBuffer.wrap(Files.readAllBytes(captions)), captionName)
            .map(SourceInput::withoutMark)
            .ifPresent(entry::captionLines);
        return entry.hasCaptions()
            ? entry
            : entry.problem("there is no caption: " + captionName + " is empty");
      } catch (IOException e) {
        return entry.problem("captions cannot be read: " + e.getMessage());
      }
    }
  }
}
