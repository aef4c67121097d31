package io.pairstream.chaos.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A file in the writing of which every process stops: a pipe that is full and that nobody reads.
 */
final class StuckFile implements AutoCloseable {

  /** What a pipe of Linux holds. */
  private static final int FULL = 65_536;

  private final Path file;
  private final RandomAccessFile end;

  private StuckFile(Path file, RandomAccessFile end) {
    this.file = file;
    this.end = end;
  }

  static StuckFile at(Path file) throws IOException, InterruptedException {
    Process make = new ProcessBuilder("mkfifo", file.toString()).start();
    if (make.waitFor() != 0) {
      throw new IOException("cannot make a pipe at " + file);
    }
    // Open for both directions, since an end alone waits for the other.
    RandomAccessFile end = new RandomAccessFile(file.toFile(), "rw");
    end.write(new byte[FULL]);
    return new StuckFile(file, end);
  }

  /** Whether a process has opened it, and so stands in the middle of writing it. */
  boolean isOpenedBy(long pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
      return open.anyMatch(this::isThis);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isThis(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file.toAbsolutePath());
    } catch (IOException e) {
      return false; // It was closed meanwhile.
    }
  }

  /** Takes it away. */
  @Override
  public void close() throws IOException {
    end.close();
    Files.deleteIfExists(file);
  }
}
