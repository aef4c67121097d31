package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.schemas.wire.RootCause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Record of a command's progress, in a file with a JSON object on each line, so that it can be
 * killed and started again. Lines are only appended; a line cut by a kill is removed. One process
 * at a time has the file: the operating system frees it however the process ends. Thread-safe.
 *
 * @param <T> a record: a line
 */
public final class Journal<T> implements AutoCloseable {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private final Path file;
  private final FileChannel channel;
  private final List<T> lines = new ArrayList<>();

  /**
   * Opens a file; makes it where there is none.
   *
   * @throws UnusableSourceException where it holds something else
   * @throws UncheckedIOException where another process has it, or it cannot be written
   */
  public Journal(Path file, Class<T> type) {
    this.file = file.toAbsolutePath();
    try {
      Files.createDirectories(this.file.getParent());
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        read(type);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (JsonProcessingException e) {
      throw new UnusableSourceException(
          file + " is not what this command notes; name another file");
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be used: " + RootCause.message(e), e);
    }
  }

  private void read(Class<T> type) throws IOException {
    if (!isOurs()) {
      throw new IOException(
          "another process notes there how far it is; wait for it, or name another file");
    }
    // To open the file once more and close it would give the lock up.
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
    int end = bytes.position();
    while (end > 0 && bytes.get(end - 1) != '\n') {
      end--;
    }
    for (String line : new String(bytes.array(), 0, end, StandardCharsets.UTF_8).lines().toList()) {
      lines.add(JSON.readValue(line, type));
    }
    channel.truncate(end).position(end);
  }

  private boolean isOurs() throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held in this very process
    }
  }

  /** The lines that were there when it was opened. */
  public List<T> lines() {
    return lines;
  }

  /**
   * Adds a line, which is on disk then.
   *
   * @throws UncheckedIOException where it cannot be written
   */
  public synchronized void add(T line) {
    try {
      long end = channel.position();
      try {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(JSON.writeValueAsString(line) + "\n");
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(false);
      } catch (IOException e) {
        channel.truncate(end); // the next line must not continue half of this one
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e, e);
    }
  }

  /**
   * Forgets everything.
   *
   * @param isDone whether the file goes too, and nothing is added any more
   */
  void clear(boolean isDone) {
    try {
      channel.truncate(0).position(0);
      lines.clear();
      if (isDone) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be removed: " + e, e);
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
}
