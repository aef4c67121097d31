package io.pairstream.ingest.generate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows by whole lines. A line that is written is there after {@code kill -9}; one that
 * a kill has cut is taken away when the file is opened again. One process at a time writes it.
 * Thread-safe.
 */
final class AppendedLines implements AutoCloseable {

  private final Path file;
  private final FileChannel channel;

  /**
   * Opens a file for appending; makes it where there is none.
   *
   * @throws UnusablePromptsException where it cannot be written, or another process writes it
   */
  AppendedLines(Path file) {
    this.file = file;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!isOurs()) {
        channel.close();
        throw new UnusablePromptsException(
            file + " is in use by another run; let it end, or name another file");
      }
      channel.truncate(endOfLastLine());
      channel.position(channel.size());
    } catch (IOException e) {
      throw new UnusablePromptsException(file + " cannot be written: " + e.getMessage());
    }
  }

  /** Appends a line; returns once the operating system has it. */
  synchronized void append(String line) {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isOurs() throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private long endOfLastLine() throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    long end = channel.size();
    while (end > 0 && (channel.read(last.clear(), end - 1) != 1 || last.get(0) != '\n')) {
      end--;
    }
    return end;
  }
}
