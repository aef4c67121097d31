package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The right to keep an import's state in a file, held by one import at a time: two would each write
 * over what the other has noted.
 *
 * <p>A file beside it, which stays, is locked by the operating system, which frees it however the
 * process ends.
 */
public final class ImportLock implements AutoCloseable {

  private final Optional<Path> file;
  private final Optional<FileChannel> channel;

  private ImportLock(Optional<Path> file, Optional<FileChannel> channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Another import has the file. */
  public static final class HeldException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HeldException(Path file) {
      super(
          "another import of the same is under way, and notes how far it is in %s; wait for it, or name another file: --resume FILE"
              .formatted(file));
    }
  }

  /**
   * Takes the right to a file.
   *
   * @param file empty for an import that keeps no state, which nobody hinders
   * @throws HeldException where another import has it
   * @throws UncheckedIOException where nothing can be written beside the file
   */
  public static ImportLock of(Optional<Path> file) {
    return new ImportLock(file, file.map(ImportLock::lock));
  }

  /** The file; empty for an import that keeps no state. */
  public Optional<Path> file() {
    return file;
  }

  private static FileChannel lock(Path file) {
    Path beside = file.toAbsolutePath();
    beside = beside.resolveSibling(beside.getFileName() + ".lock");
    try {
      Files.createDirectories(beside.getParent());
      FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw new HeldException(file);
      }
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "how far the import has come cannot be written to " + file + ": " + e, e);
    }
  }

  @Override
  public void close() {
    if (channel.isPresent()) {
      try {
        channel.get().close();
      } catch (IOException e) {
        throw new UncheckedIOException("a lock cannot be given up: " + e, e);
      }
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held in this very process
    }
  }
}
