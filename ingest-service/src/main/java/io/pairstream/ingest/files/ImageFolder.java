package io.pairstream.ingest.files;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where the image files are that a data set names. */
interface ImageFolder {

  /**
   * The file that a data set names.
   *
   * @throws UnreadableImageException where the name leads out of the folder or is none
   */
  Path resolve(String name) throws UnreadableImageException;

  /**
   * The whole file.
   *
   * @param file as {@link #resolve} gives it
   * @param name the file as the source names it, for the message
   * @throws UnreadableImageException where it is missing, no file, too large or cannot be read
   */
  ByteBuffer read(Path file, String name) throws UnreadableImageException;

  /** No folder: what a stranger sends may name no file of this machine. */
  static ImageFolder none() {
    return new ImageFolder() {
      @Override
      public Path resolve(String name) throws UnreadableImageException {
        throw new UnreadableImageException(
            "it names the file "
                + name
                + ", which is not here; send the image's bytes, or a URL with http or https");
      }

      @Override
      public ByteBuffer read(Path file, String name) throws UnreadableImageException {
        throw new UnreadableImageException(name + " is not here");
      }
    };
  }

  /** An image cannot be had; the message says why, for the source's owner. */
  final class UnreadableImageException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableImageException(String message) {
      super(message);
    }
  }
}
