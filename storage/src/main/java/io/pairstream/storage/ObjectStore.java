package io.pairstream.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Objects by key, in a folder or below a prefix of a bucket. For several threads.
 *
 * <p>A key is relative and has a single {@code /} between its parts; {@code .} and {@code ..} are
 * no parts. Each method throws {@link IllegalArgumentException} for any other key, and {@link
 * IOException} with a sentence that names the object where the store refuses or cannot be reached.
 * An object is seen whole or not at all, whenever its writer ends.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * An object that exists.
   *
   * @param bytes its length
   * @param modified when it was written last, to the second at least
   */
  record ObjectInfo(String key, long bytes, Instant modified) {}

  /**
   * Opens a store; nothing is read or made before the first request.
   *
   * @param url {@code s3://bucket/prefix}, {@code file:///folder}, or a folder's path
   * @throws IllegalArgumentException where the URL is of another kind, or the client's settings are
   *     wrong
   */
  static ObjectStore open(String url) {
    if (url.startsWith("s3:")) {
      return S3Store.open(url, S3Connection.Timeouts.USUAL);
    }
    if (url.startsWith("file:")) {
      try {
        return new FolderStore(Path.of(URI.create(url)));
      } catch (IllegalArgumentException | FileSystemNotFoundException e) {
        throw new IllegalArgumentException(url + ": write it as file:///folder, or /folder", e);
      }
    }
    if (Pattern.matches("\\w[\\w+.-]*://.*", url)) {
      throw new IllegalArgumentException(
          url + " is neither s3://bucket/prefix, file:///folder nor a folder's path");
    }
    return new FolderStore(Path.of(url));
  }

  /** The store's address, for messages; without credentials, and without a {@code /} at its end. */
  String url();

  /** An object's length and time, or nothing where there is no such object. */
  Optional<ObjectInfo> find(String key) throws IOException;

  /**
   * A small object, as a whole.
   *
   * @throws NoSuchObjectException where it does not exist
   */
  default byte[] read(String key) throws IOException {
    try (InputStream input = stream(key)) {
      return input.readAllBytes();
    }
  }

  /**
   * An object's bytes, from the first on. Reading fails where fewer come than the object has.
   *
   * @throws NoSuchObjectException where it does not exist
   */
  InputStream stream(String key) throws IOException;

  /** Writes a file's bytes, in place of an object that is there. */
  void put(String key, Path file) throws IOException;

  /** Writes an object, in place of one that is there. */
  void put(String key, byte[] content) throws IOException;

  /**
   * Writes an object unless there is one: of several writers at once, exactly one does.
   *
   * @return whether it was written; false where the key has an object
   */
  boolean create(String key, byte[] content) throws IOException;

  /** Removes an object; nothing happens where it does not exist. */
  void delete(String key) throws IOException;

  /**
   * All objects whose keys begin so, sorted by their keys' UTF-8 bytes.
   *
   * @param prefix of the keys, which need not end at a {@code /}; empty for all
   */
  List<ObjectInfo> list(String prefix) throws IOException;

  /**
   * Tries whether this keeps the promises that a set needs; leaves nothing behind.
   *
   * @throws IOException with a sentence that names the store, where it does not
   */
  default void requireFitForSets() throws IOException {}

  @Override
  void close();
}
