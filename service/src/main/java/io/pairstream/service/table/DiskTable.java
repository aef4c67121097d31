package io.pairstream.service.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatchWithIndex;
import org.rocksdb.WriteOptions;

/**
 * A table in RocksDB together with how far the log was read for it: both change in one write.
 *
 * <p>A write survives the end of the process. Where the machine itself goes down, the last writes
 * may be gone, positions and entries alike, and their records are read again.
 *
 * <p>Entries and facts about the copy share one column family, told apart by the key's first byte,
 * so that a flush never tears them apart. An entry's value begins with the time of the record that
 * wrote it, in milliseconds. Not thread-safe where it writes; reads may run beside a write.
 */
final class DiskTable implements AutoCloseable {

  static {
    RocksDB.loadLibrary();
  }

  private static final byte FACT = 0;
  private static final byte ENTRY = 1;
  private static final byte BEYOND = 2;

  private static final byte[] FORMAT = fact("format");
  private static final byte[] SOURCE = fact("topic-id");
  private static final byte[] SEEN_AT = fact("seen-at");
  private static final String POSITION = "position-";

  /** Rises when older copies cannot be read any more; they are then made again. */
  private static final long CURRENT_FORMAT = 1;

  private static final long WRITE_BUFFER_BYTES = 8L * 1024 * 1024;
  private static final long CACHE_BYTES = 16L * 1024 * 1024;
  private static final int OPEN_FILES = 256;

  private final LRUCache cache = new LRUCache(CACHE_BYTES);
  private final BloomFilter bloom = new BloomFilter(10);
  private final Options options = new Options();
  private final WriteOptions writeOptions = new WriteOptions();
  private final ReadOptions readOptions = new ReadOptions();
  private final RocksDB db;

  /**
   * Opens the table in a folder, or makes it.
   *
   * @throws ViewStorageException where the folder cannot be written, or another process has it
   */
  DiskTable(Path directory) {
    BlockBasedTableConfig blocks = new BlockBasedTableConfig();
    blocks.setBlockCache(cache);
    blocks.setFilterPolicy(bloom);
    blocks.setCacheIndexAndFilterBlocks(true);
    options
        .setCreateIfMissing(true)
        .setTableFormatConfig(blocks)
        .setWriteBufferSize(WRITE_BUFFER_BYTES)
        .setMaxOpenFiles(OPEN_FILES)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
        .setKeepLogFileNum(2);
    try {
      Files.createDirectories(directory);
      db = RocksDB.open(options, directory.toString());
    } catch (IOException | RocksDBException e) {
      closeOptions();
      throw new ViewStorageException(
          "the service's folder "
              + directory
              + " cannot be used; each running instance needs one of its own that it may write: "
              + e.getMessage(),
          e);
    }
    if (number(FORMAT).orElse(CURRENT_FORMAT) != CURRENT_FORMAT) {
      clear();
    }
  }

  /** The entry under a key with the time of its record. */
  Optional<Entry> get(byte[] key) {
    try {
      return Optional.ofNullable(db.get(entry(key))).map(Entry::of);
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  /** Entries from {@code first} on whose keys begin with {@code prefix}, in byte order. */
  void scan(byte[] prefix, byte[] first, EntryVisitor visitor) {
    byte[] marked = entry(prefix);
    try (RocksIterator iterator = db.newIterator(readOptions)) {
      for (iterator.seek(entry(first)); iterator.isValid(); iterator.next()) {
        byte[] key = iterator.key();
        if (!startsWith(key, marked)
            || !visitor.visit(withoutMark(key), Entry.of(iterator.value()))) {
          return;
        }
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  /** First offset of each partition, by its label, that is not in the table yet. */
  Map<String, Long> positions() {
    byte[] from = fact(POSITION);
    Map<String, Long> positions = new HashMap<>();
    try (RocksIterator iterator = db.newIterator(readOptions)) {
      for (iterator.seek(from); iterator.isValid(); iterator.next()) {
        byte[] key = iterator.key();
        if (!startsWith(key, from)) {
          break;
        }
        String partition =
            new String(key, from.length, key.length - from.length, StandardCharsets.US_ASCII);
        positions.put(partition, ByteBuffer.wrap(iterator.value()).getLong());
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw broken(e);
    }
    return positions;
  }

  /** Which topics this is a copy of, by Kafka's own ids; empty where it is a copy of nothing. */
  String source() {
    try {
      byte[] id = db.get(SOURCE);
      return id == null ? "" : new String(id, StandardCharsets.US_ASCII);
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  /** When the copy was begun, or last known to be all that the log held; 1970 where never. */
  Instant seenAt() {
    return Instant.ofEpochMilli(number(SEEN_AT).orElse(0));
  }

  /** Forgets everything, and begins a copy of those topics. */
  void begin(String source, Instant now) {
    clear();
    try {
      db.put(writeOptions, SOURCE, source.getBytes(StandardCharsets.US_ASCII));
      db.put(writeOptions, FORMAT, bytes(CURRENT_FORMAT));
      db.put(writeOptions, SEEN_AT, bytes(now.toEpochMilli()));
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  /** The table as it stands now, until the look is closed. */
  SnapshotLook look() {
    return new SnapshotLook();
  }

  /** Begins a write. */
  Change change() {
    return new Change();
  }

  @Override
  public void close() {
    db.close();
    closeOptions();
  }

  private void closeOptions() {
    readOptions.close();
    writeOptions.close();
    options.close();
    bloom.close();
    cache.close();
  }

  private void clear() {
    try {
      db.deleteRange(writeOptions, new byte[] {FACT}, new byte[] {BEYOND});
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  private OptionalLong number(byte[] fact) {
    try {
      byte[] value = db.get(fact);
      return value == null
          ? OptionalLong.empty()
          : OptionalLong.of(ByteBuffer.wrap(value).getLong());
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  private static ViewStorageException broken(RocksDBException e) {
    return new ViewStorageException("the view's table does not answer: " + e.getMessage(), e);
  }

  private static byte[] fact(String name) {
    byte[] key = (" " + name).getBytes(StandardCharsets.US_ASCII);
    key[0] = FACT;
    return key;
  }

  private static byte[] entry(byte[] key) {
    byte[] marked = new byte[key.length + 1];
    marked[0] = ENTRY;
    System.arraycopy(key, 0, marked, 1, key.length);
    return marked;
  }

  private static byte[] withoutMark(byte[] marked) {
    return Arrays.copyOfRange(marked, 1, marked.length);
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** An entry: what a fold put, and the time of the record at which it did. */
  static final class Entry {

    private final long atMillis;
    private final byte[] value;

    Entry(long atMillis, byte[] value) {
      this.atMillis = atMillis;
      this.value = value;
    }

    static Entry of(byte[] stored) {
      return new Entry(
          ByteBuffer.wrap(stored).getLong(), Arrays.copyOfRange(stored, Long.BYTES, stored.length));
    }

    long atMillis() {
      return atMillis;
    }

    byte[] value() {
      return value;
    }

    byte[] stored() {
      return ByteBuffer.allocate(Long.BYTES + value.length).putLong(atMillis).put(value).array();
    }
  }

  /** Sees entries one by one. */
  @FunctionalInterface
  interface EntryVisitor {

    /** Returns whether to go on. */
    boolean visit(byte[] key, Entry entry);
  }

  /** Reads of one moment. */
  final class SnapshotLook implements Look, AutoCloseable {

    private final Snapshot snapshot = db.getSnapshot();
    private final ReadOptions asOfThen = new ReadOptions().setSnapshot(snapshot);
    private final List<RocksIterator> iterators = new ArrayList<>();

    @Override
    public Optional<byte[]> get(byte[] key) {
      try {
        return Optional.ofNullable(db.get(asOfThen, entry(key))).map(Entry::of).map(Entry::value);
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    @Override
    public Walk walk(byte[] prefix) {
      RocksIterator iterator = db.newIterator(asOfThen);
      iterators.add(iterator);
      return new PrefixWalk(iterator, entry(prefix));
    }

    @Override
    public void close() {
      iterators.forEach(RocksIterator::close);
      asOfThen.close();
      db.releaseSnapshot(snapshot);
      snapshot.close();
    }
  }

  /** The keys that begin with a prefix. */
  private static final class PrefixWalk implements Look.Walk {

    private final RocksIterator iterator;
    private final byte[] prefix;

    PrefixWalk(RocksIterator iterator, byte[] prefix) {
      this.iterator = iterator;
      this.prefix = prefix;
    }

    @Override
    public boolean seek(byte[] key) {
      iterator.seek(entry(key));
      return isThere();
    }

    @Override
    public boolean next() {
      iterator.next();
      return isThere();
    }

    @Override
    public byte[] key() {
      return withoutMark(iterator.key());
    }

    @Override
    public byte[] value() {
      return Entry.of(iterator.value()).value();
    }

    private boolean isThere() {
      if (iterator.isValid()) {
        return startsWith(iterator.key(), prefix);
      }
      try {
        iterator.status();
      } catch (RocksDBException e) {
        throw broken(e);
      }
      return false;
    }
  }

  /** Changes that are written together or not at all; sees its own. */
  final class Change implements AutoCloseable {

    private final WriteBatchWithIndex batch = new WriteBatchWithIndex(true);

    Optional<Entry> get(byte[] key) {
      try {
        return Optional.ofNullable(batch.getFromBatchAndDB(db, readOptions, entry(key)))
            .map(Entry::of);
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    /** Entries whose keys begin with {@code prefix}, with this change's own. */
    void scan(byte[] prefix, EntryVisitor visitor) {
      byte[] marked = entry(prefix);
      try (RocksIterator iterator = batch.newIteratorWithBase(db.newIterator(readOptions))) {
        for (iterator.seek(marked); iterator.isValid(); iterator.next()) {
          byte[] key = iterator.key();
          if (!startsWith(key, marked)
              || !visitor.visit(withoutMark(key), Entry.of(iterator.value()))) {
            return;
          }
        }
        iterator.status();
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    void put(byte[] key, Entry entry) {
      try {
        batch.put(entry(key), entry.stored());
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    void delete(byte[] key) {
      try {
        batch.delete(entry(key));
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    void position(String partition, long next) {
      try {
        batch.put(fact(POSITION + partition), bytes(next));
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    void seenAt(Instant when) {
      try {
        batch.put(SEEN_AT, bytes(when.toEpochMilli()));
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    void write() {
      try {
        db.write(writeOptions, batch);
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    @Override
    public void close() {
      batch.close();
    }
  }
}
