package io.pairstream.operations.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Entries of one length in order of the bytes that they begin with: an external merge sort. Entries
 * with the same key come in the order in which they were added.
 *
 * <p>Takes {@value #RUN_BYTES} bytes of memory while entries are added, about half as much again
 * while a full run is sorted, and {@value #READ_BYTES} for each run while they are read. The file
 * has no name any more once it is open, so that nothing is left of it however the process ends.
 */
final class SortedEntries implements Closeable {

  private static final int RUN_BYTES = 32 << 20;
  private static final int READ_BYTES = 32 << 10;

  private final Path folder;
  private final FileChannel file;
  private final int keyBytes;
  private final int entryBytes;
  private final ByteBuffer added;
  private final List<Long> runEnds = new ArrayList<>();

  /**
   * @param folder where the file is made
   * @param keyBytes how many of an entry's first bytes are its key
   * @param entryBytes length of an entry
   * @throws UncheckedIOException where no file can be made there
   */
  SortedEntries(Path folder, int keyBytes, int entryBytes) {
    this(folder, keyBytes, entryBytes, RUN_BYTES / entryBytes);
  }

  /**
   * @param runEntries how many entries are sorted in memory
   */
  SortedEntries(Path folder, int keyBytes, int entryBytes, int runEntries) {
    this.folder = folder;
    this.keyBytes = keyBytes;
    this.entryBytes = entryBytes;
    this.added = ByteBuffer.allocate(runEntries * entryBytes);
    try {
      this.file =
          FileChannel.open(
              Files.createTempFile(folder, "pairstream-audit", ".sorted"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Adds an entry.
   *
   * @param write puts all bytes of the entry
   */
  void add(Consumer<ByteBuffer> write) {
    if (!added.hasRemaining()) {
      endRun();
    }
    write.accept(added);
  }

  /**
   * Reads all entries in their order; more may be added afterwards.
   *
   * @param each reads one entry from the buffer's position on, of which nothing is kept
   */
  void forEach(Consumer<ByteBuffer> each) {
    endRun();
    PriorityQueue<Run> next =
        new PriorityQueue<>(
            Math.max(1, runEnds.size()),
            Comparator.<Run>naturalOrder().thenComparingInt(run -> run.number));
    for (int number = 0; number < runEnds.size(); number++) {
      Run run = new Run(number);
      if (run.advance()) {
        next.add(run);
      }
    }
    while (!next.isEmpty()) {
      Run first = next.poll();
      each.accept(first.entry());
      if (first.advance()) {
        next.add(first);
      }
    }
  }

  /** Takes the file away. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void endRun() {
    int count = added.position() / entryBytes;
    if (count == 0) {
      return;
    }
    byte[] bytes = added.array();
    Integer[] order = new Integer[count];
    Arrays.setAll(order, number -> number * entryBytes);
    Arrays.sort(
        order,
        (a, b) -> Arrays.compareUnsigned(bytes, a, a + keyBytes, bytes, b, b + keyBytes)); // stable
    try {
      long end = runEnds.isEmpty() ? 0 : runEnds.get(runEnds.size() - 1);
      ByteBuffer sorted = ByteBuffer.allocate(READ_BYTES / entryBytes * entryBytes);
      for (int at : order) {
        sorted.put(bytes, at, entryBytes);
        if (!sorted.hasRemaining()) {
          end = write(sorted, end);
        }
      }
      runEnds.add(write(sorted, end));
    } catch (IOException e) {
      throw failed(e);
    }
    added.clear();
  }

  private long write(ByteBuffer sorted, long at) throws IOException {
    long end = at;
    sorted.flip();
    while (sorted.hasRemaining()) {
      end += file.write(sorted, end);
    }
    sorted.clear();
    return end;
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(
        new IOException(
            "the audit cannot keep its notes in "
                + folder
                + " ("
                + e.getMessage()
                + "); JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR names another folder",
            e));
  }

  /** One sorted part of the file, at one of its entries. */
  private final class Run implements Comparable<Run> {

    private final int number;
    private final ByteBuffer read = ByteBuffer.allocate(READ_BYTES / entryBytes * entryBytes);
    private final long end;
    private long position;
    private int current = -entryBytes;

    Run(int number) {
      this.number = number;
      this.position = number == 0 ? 0 : runEnds.get(number - 1);
      this.end = runEnds.get(number);
      read.limit(0);
    }

    /** Goes to the next entry, if there is one. */
    boolean advance() {
      current += entryBytes;
      if (current < read.limit()) {
        return true;
      }
      current = 0;
      read.clear().limit((int) Math.min(read.capacity(), end - position));
      try {
        while (read.hasRemaining()) {
          position += file.read(read, position);
        }
      } catch (IOException e) {
        throw failed(e);
      }
      return read.limit() > 0;
    }

    ByteBuffer entry() {
      return read.position(current);
    }

    @Override
    public int compareTo(Run other) {
      return Arrays.compareUnsigned(
          read.array(),
          current,
          current + keyBytes,
          other.read.array(),
          other.current,
          other.current + keyBytes);
    }
  }
}
