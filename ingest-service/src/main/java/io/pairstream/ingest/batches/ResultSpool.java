package io.pairstream.ingest.batches;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Results on their way to a client, in a temporary file. Many clients send everything before they
 * read anything; were the batch to wait for them, neither side would go on. Thread-safe.
 */
final class ResultSpool implements AutoCloseable {

  private final FileChannel file;
  private long written;
  private long sent;
  private boolean isEnded;

  private ResultSpool(FileChannel file) {
    this.file = file;
  }

  /** Begins an empty one in a folder; its file has no name any more, and goes with the process. */
  static ResultSpool open(Path folder) throws IOException {
    Path path = Files.createTempFile(folder, "batch", ".jsonl");
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Files.delete(path);
    return new ResultSpool(file);
  }

  /**
   * Adds bytes at the end, all or none.
   *
   * @throws UncheckedIOException where the disk does not take them
   */
  synchronized void add(byte[] bytes) {
    try {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      long end = written;
      while (left.hasRemaining()) {
        end += file.write(left, end);
      }
      written = end;
    } catch (IOException e) {
      throw new UncheckedIOException("a batch's results cannot be kept on disk", e);
    }
    notifyAll();
  }

  /** Nothing more is added. */
  synchronized void end() {
    isEnded = true;
    notifyAll();
  }

  /**
   * Takes bytes from the front; waits for some where there are none.
   *
   * @return how many; -1 at the end
   */
  synchronized int take(byte[] into) throws IOException, InterruptedException {
    while (sent == written) {
      if (isEnded) {
        return -1;
      }
      wait();
    }
    int most = (int) Math.min(into.length, written - sent);
    int count = file.read(ByteBuffer.wrap(into, 0, most), sent);
    sent += count;
    return count;
  }

  /** Bytes that were added and are not taken yet. */
  synchronized long unread() {
    return written - sent;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
