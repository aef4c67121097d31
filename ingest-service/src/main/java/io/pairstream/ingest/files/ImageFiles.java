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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the image files that a source names.
 *
 * <p>Names are taken relative to one folder and may not leave it: a list from elsewhere must not
 * publish whatever else lies on this machine. Symbolic links inside the folder are followed. Keeps
 * the last image, because the lines of a list that name the same one mostly follow each other.
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
  private Path lastFile;
  private ByteBuffer lastImage;

  ImageFiles(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
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
}
