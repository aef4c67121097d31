package io.pairstream.service.table;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/**
 * The SQLite file of a copy, {@code table.db}: an {@link Aggregate}'s tables, how far the topics
 * were read for them, and of what they are a copy. All of it changes in one transaction. One
 * process has the folder to itself; one thread writes, any may read.
 */
final class TableFile implements AutoCloseable {

  private static final List<String> OWN_TABLES =
      List.of(
          "CREATE TABLE IF NOT EXISTS copy (version TEXT, source TEXT, seen_at INTEGER)",
          "CREATE TABLE IF NOT EXISTS position"
              + " (topic TEXT, partition INTEGER, next INTEGER, PRIMARY KEY (topic, partition))");

  private final Aggregate aggregate;
  private final Path file;
  private final FileChannel lock;
  private final Deque<Database> idleReaders = new ConcurrentLinkedDeque<>();
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private Database writer;
  private boolean closed;

  /**
   * Opens the file in a folder, or makes it.
   *
   * @throws ViewStorageException where the folder cannot be written, or another process has it
   */
  TableFile(Aggregate aggregate, Path directory) {
    this.aggregate = aggregate;
    this.file = directory.resolve("table.db");
    this.lock = Database.lock(directory);
    try {
      writer = Database.open(file);
      OWN_TABLES.forEach(writer::execute);
      if (!copy("version").equals(version())) {
        begin("", Instant.EPOCH);
      }
    } catch (RuntimeException e) {
      close();
      throw ViewStorageException.ofFolder(directory, e);
    }
  }

  /** Topics of which the file is a copy; empty for a new file. */
  String source() {
    return copy("source");
  }

  /** When the copy last held all that the log held; 1970 where never. */
  Instant seenAt() {
    return writer
        .first("SELECT seen_at FROM copy", row -> Instant.ofEpochMilli(row.getLong(1)))
        .orElse(Instant.EPOCH);
  }

  /** The first offset of each partition that is not in the tables yet. */
  Map<TopicPartition, Long> positions() {
    Map<TopicPartition, Long> positions = new HashMap<>();
    writer.query(
        "SELECT topic, partition, next FROM position",
        row -> positions.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3)));
    return positions;
  }

  /** Throws everything away, and begins a copy of those topics. */
  void begin(String source, Instant now) {
    use.writeLock().lock();
    try {
      closeDatabases();
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
      }
      writer = Database.open(file);
      writer.transaction(
          () -> {
            OWN_TABLES.forEach(writer::execute);
            aggregate.schema().forEach(writer::execute);
            writer.update(
                "INSERT INTO copy VALUES (?, ?, ?)", version(), source, now.toEpochMilli());
          });
    } catch (IOException e) {
      throw new ViewStorageException(file + " cannot be made again: " + e, e);
    } finally {
      use.writeLock().unlock();
    }
  }

  /** Writes in one transaction. */
  void write(Consumer<Database> change) {
    writer.transaction(() -> change.accept(writer));
  }

  /** Notes a position; within {@link #write}. */
  void move(TopicPartition partition, long next) {
    writer.update(
        "INSERT OR REPLACE INTO position VALUES (?, ?, ?)",
        partition.topic(),
        partition.partition(),
        next);
  }

  /** Notes that the copy holds all that the log holds; within {@link #write}. */
  void seen(Instant now) {
    writer.update("UPDATE copy SET seen_at = ?", now.toEpochMilli());
  }

  /** Reads as of one moment. */
  <T> T read(Function<Database, T> reading) {
    use.readLock().lock();
    try {
      if (closed) {
        throw new ViewStorageException("the table of " + aggregate.name() + " is closed", null);
      }
      Database idle = idleReaders.poll();
      Database reader = idle == null ? Database.openToRead(file) : idle;
      T answer;
      try {
        answer = reader.snapshot(() -> reading.apply(reader));
      } catch (Throwable e) {
        reader.close();
        throw e;
      }
      idleReaders.push(reader);
      return answer;
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      closed = true;
      closeDatabases();
      lock.close();
    } catch (IOException e) {
      throw new ViewStorageException(file + " cannot be closed: " + e, e);
    } finally {
      use.writeLock().unlock();
    }
  }

  private void closeDatabases() {
    idleReaders.forEach(Database::close);
    idleReaders.clear();
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }

  private String copy(String column) {
    return writer.first("SELECT " + column + " FROM copy", row -> row.getString(1)).orElse("");
  }

  private String version() {
    return aggregate.version() + " " + Integer.toHexString(aggregate.schema().hashCode());
  }
}
