package io.pairstream.ingest.files;

import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Reads the image files that a source names.
 *
 * <p>Names are taken relative to one folder and may not leave it: a list from elsewhere must not
 * publish whatever else lies on this machine. Symbolic links inside the folder are followed. Keeps
 * the last image, because the lines of a list that name the same one mostly follow each other.
 */
final class ImageFiles {

  private final Path folder;
  private Path lastFile;
  private ByteBuffer lastImage;

  ImageFiles(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
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
