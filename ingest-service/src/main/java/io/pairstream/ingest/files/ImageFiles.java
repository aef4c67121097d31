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
   * The file that a data set names.
   *
   * @throws UnreadableImageException where the name leads out of the folder or is none
   */
  Path resolve(String name) throws UnreadableImageException {
    try {
      Path file = folder.resolve(name).normalize();
      if (!file.startsWith(folder)) {
        throw new UnreadableImageException(name + " lies outside " + folder);
      }
      return file;
    } catch (InvalidPathException e) {
      throw new UnreadableImageException("'" + name + "' is no file name");
    }
  }

  /**
   * The whole file.
   *
   * @param file as {@link #resolve} gives it
   * @param name the file as the source names it, for the message
   * @throws UnreadableImageException where it is missing, no file, too large or cannot be read
   */
  ByteBuffer read(Path file, String name) throws UnreadableImageException {
    if (file.equals(lastFile)) {
      return lastImage.duplicate();
    }
    try {
      if (!Files.exists(file)) {
        throw new UnreadableImageException(name + " does not exist");
      }
      if (!Files.isRegularFile(file)) {
        throw new UnreadableImageException(name + " is no file");
      }
      long size = Files.size(file);
      if (size > RecordSizes.MAX_IMAGE) {
        throw new UnreadableImageException(
            "%s is too large: %s bytes; an image may have at most %s bytes (8 MiB)"
                .formatted(name, size, RecordSizes.MAX_IMAGE));
      }
      lastImage = ByteBuffer.wrap(Files.readAllBytes(file));
      lastFile = file;
      return lastImage.duplicate();
    } catch (AccessDeniedException e) {
      throw new UnreadableImageException(name + " may not be read by this user");
    } catch (IOException e) {
      throw new UnreadableImageException(name + " cannot be read: " + e.getMessage());
    }
  }

  /** An image cannot be had; the message says why, for the source's owner. */
  static final class UnreadableImageException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableImageException(String message) {
      super(message);
    }
  }
}
