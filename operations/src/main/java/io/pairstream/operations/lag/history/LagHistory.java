package io.pairstream.operations.lag.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.history.Row.Cell;
import io.pairstream.operations.lag.verdict.LearntPace;
import io.pairstream.operations.lag.watch.PaceMemory;
import io.pairstream.schemas.Sha256;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What reports have told over a day, in a folder: every look of the last hour, and a point for each
 * minute of the last 24 hours.
 *
 * <p>A report is written in one piece: when the process is killed, at most the looks of the running
 * minute are missing from the minutes, and none from the last hour. Thread-safe.
 */
public final class LagHistory implements PaceMemory, AutoCloseable {

  static {
    RocksDB.loadLibrary();
  }

  /** Longest time that can be asked for. */
  public static final Duration KEPT = Duration.ofHours(24);

  /** Up to here every look is there; further back a point stands for a minute. */
  public static final Duration FINE = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(LagHistory.class);

  private static final Duration SHORTEST_STEP = Duration.ofSeconds(10);
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final long PRUNE_EVERY = Duration.ofMinutes(10).toMillis();
  private static final int MOST_COLUMNS = 120;

  private static final byte GROUP = 'G';
  private static final byte LAYOUT = 'L';
  private static final byte LOOKS = 'F';
  private static final byte MINUTES = 'M';
  private static final byte PACE = 'P';

  private static final long WRITE_BUFFER_BYTES = 4L * 1024 * 1024;
  private static final long CACHE_BYTES = 8L * 1024 * 1024;
  private static final int OPEN_FILES = 64;

  private final LRUCache cache = new LRUCache(CACHE_BYTES);
  private final Options options = new Options();
  private final WriteOptions writeOptions = new WriteOptions();
  private final ReadOptions readOptions = new ReadOptions();
  private final RocksDB db;
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private final Map<String, Minute> minutes = new HashMap<>();
  private final Map<String, Long> written = new HashMap<>();
  private final Duration step;
  private long minuteNumber = Long.MIN_VALUE;
  private long lookWrittenAt = Long.MIN_VALUE;
  private long prunedAt = Long.MIN_VALUE;
  private Instant newest = Instant.EPOCH;
  private boolean closed;

  /**
   * Opens the history in a folder, or begins one. One that is damaged is begun again.
   *
   * @param interval usual time between two reports
   * @throws LagHistoryException where the folder cannot be written, or another process has it
   */
  public LagHistory(Path directory, Duration interval) {
    step = interval.compareTo(SHORTEST_STEP) < 0 ? SHORTEST_STEP : interval;
    BlockBasedTableConfig blocks = new BlockBasedTableConfig();
    blocks.setBlockCache(cache);
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
      db = open(directory);
    } catch (IOException | RocksDBException e) {
      closeOptions();
      throw new LagHistoryException(
          "the folder of the lag's history "
              + directory
              + " cannot be used; each running instance needs one of its own that it may write: "
              + e.getMessage(),
          e);
    }
  }

  private RocksDB open(Path directory) throws RocksDBException {
    try {
      return RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
        throw e;
      }
      LOG.warn(
          "the lag's history in {} is damaged and begins again: {}", directory, e.getMessage());
      RocksDB.destroyDB(directory.toString(), options);
      return RocksDB.open(options, directory.toString());
    }
  }

  /**
   * Notes a report.
   *
   * @throws LagHistoryException where the disk fails
   */
  public synchronized void note(LagReport report) {
    reading(
        () -> {
          try (WriteBatch batch = new WriteBatch()) {
            note(report, batch);
            db.write(writeOptions, batch);
          } catch (RocksDBException e) {
            written.clear();
            throw broken(e);
          }
          return true;
        });
  }

  /** What is usual for a group on a partition, as it is stored. */
  private record StoredPace(String topic, int partition, LearntPace pace) {}

  @Override
  public void keep(String group, Map<TopicPartition, LearntPace> pace) {
    List<StoredPace> stored =
        pace.entrySet().stream()
            .map(
                each ->
                    new StoredPace(
                        each.getKey().topic(), each.getKey().partition(), each.getValue()))
            .toList();
    reading(
        () -> {
          try {
            db.put(writeOptions, key(PACE, group), Json.MAPPER.writeValueAsBytes(stored));
          } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
          } catch (RocksDBException e) {
            throw broken(e);
          }
          return true;
        });
  }

  @Override
  public Map<TopicPartition, LearntPace> of(String group) {
    Map<TopicPartition, LearntPace> pace = new HashMap<>();
    reading(
        () -> {
          try {
            byte[] stored = db.get(readOptions, key(PACE, group));
            if (stored != null) {
              for (StoredPace each : Json.MAPPER.readValue(stored, StoredPace[].class)) {
                pace.put(new TopicPartition(each.topic(), each.partition()), each.pace());
              }
            }
          } catch (IOException e) {
            LOG.warn("what was usual for group {} is learnt again: {}", group, e.getMessage());
          } catch (RocksDBException e) {
            throw broken(e);
          }
          return true;
        });
    return pace;
  }

  private void note(LagReport report, WriteBatch batch) throws RocksDBException {
    long at = report.at().toEpochMilli();
    boolean endOfMinute = Math.floorDiv(at, MINUTE) != minuteNumber;
    if (endOfMinute) {
      writeMinutes(batch);
      minuteNumber = Math.floorDiv(at, MINUTE);
    }
    // Looks come a little early or late.
    boolean look =
        lookWrittenAt == Long.MIN_VALUE || at - lookWrittenAt >= step.toMillis() * 9 / 10;
    for (GroupLag group : report.groups()) {
      byte[] layout = layout(group);
      long id = ByteBuffer.wrap(Sha256.of(layout)).getLong();
      Row row = row(group, id);
      String name = group.group();
      if (!Long.valueOf(id).equals(written.put(name, id))) {
        batch.put(key(LAYOUT, name, id), layout);
      }
      if (look) {
        batch.put(key(LOOKS, name, at), row.bytes());
      }
      if (endOfMinute) {
        batch.put(key(GROUP, name), number(at));
      }
      Minute minute = minutes.get(name);
      if (minute == null || minute.layout() != id) {
        minute = new Minute(id);
        minutes.put(name, minute);
      }
      minute.add(row, at);
    }
    if (look) {
      lookWrittenAt = at;
    }
    if (report.at().isAfter(newest)) {
      newest = report.at();
    }
    if (prunedAt == Long.MIN_VALUE || at - prunedAt >= PRUNE_EVERY) {
      prunedAt = at;
      prune(at, batch);
    }
  }

  private void writeMinutes(WriteBatch batch) throws RocksDBException {
    for (Map.Entry<String, Minute> minute : minutes.entrySet()) {
      batch.put(
          key(MINUTES, minute.getKey(), minute.getValue().lastAtMillis()),
          minute.getValue().row().bytes());
    }
    minutes.clear();
  }

  /** Forgets what is too long ago, and groups that have been gone for as long. */
  private void prune(long now, WriteBatch batch) throws RocksDBException {
    long tooOld = now - KEPT.toMillis();
    try (RocksIterator groups = db.newIterator(readOptions)) {
      for (groups.seek(new byte[] {GROUP}); groups.isValid(); groups.next()) {
        byte[] key = groups.key();
        if (key[0] != GROUP) {
          break;
        }
        String name = new String(key, 3, key.length - 3, StandardCharsets.UTF_8);
        if (ByteBuffer.wrap(groups.value()).getLong() < tooOld) {
          for (byte kind : new byte[] {LAYOUT, LOOKS, MINUTES}) {
            batch.deleteRange(key(kind, name, 0), key(kind, name, Long.MAX_VALUE));
            batch.deleteRange(key(kind, name, Long.MIN_VALUE), key(kind, name, -1));
          }
          batch.delete(key);
          batch.delete(key(PACE, name));
          written.remove(name);
        } else {
          batch.deleteRange(key(LOOKS, name, 0), key(LOOKS, name, now - FINE.toMillis()));
          batch.deleteRange(key(MINUTES, name, 0), key(MINUTES, name, tooOld));
        }
      }
      groups.status();
    }
  }

  /**
   * Time from one point to the next where so much is asked for.
   *
   * @param back at most {@link #KEPT}
   */
  public Duration stepOf(Duration back) {
    return back.compareTo(FINE) <= 0 ? step : max(step, Duration.ofMillis(MINUTE));
  }

  /**
   * A group's points, or one of its partitions', in order.
   *
   * @param back from how long before the newest report on; at most {@link #KEPT}
   * @throws LagHistoryException where the disk fails
   */
  public List<LagPoint> points(String group, Optional<TopicPartition> partition, Duration back) {
    List<LagPoint> points = new ArrayList<>();
    Map<Long, List<TopicPartition>> layouts = new HashMap<>();
    scan(
        group,
        back,
        (at, row) -> {
          int place =
              partition.isEmpty()
                  ? 0
                  : partitions(group, row, layouts).indexOf(partition.get()) + 1;
          if ((partition.isPresent() && place == 0) || place >= row.cells().size()) {
            return;
          }
          Cell cell = row.cells().get(place);
          points.add(
              new LagPoint(
                  at,
                  cell.lag(),
                  cell.bytes().isEmpty()
                      ? OptionalLong.empty()
                      : OptionalLong.of(Math.round(cell.bytes().getAsDouble())),
                  cell.seconds(),
                  cell.arrivals(),
                  cell.processing(),
                  cell.verdict()));
        });
    return points;
  }

  /**
   * All partitions of a group, in at most 120 columns: the most that waited and the worst verdict
   * of each.
   *
   * @param back from how long before the newest report on; at most {@link #KEPT}
   * @throws LagHistoryException where the disk fails
   */
  public Heat heat(String group, Duration back) {
    long width =
        Math.max(stepOf(back).toMillis(), (back.toMillis() + MOST_COLUMNS - 1) / MOST_COLUMNS);
    long first = Math.max(0, newest().toEpochMilli() - back.toMillis());
    int columns = (int) (back.toMillis() / width) + 1;
    Map<Long, List<TopicPartition>> layouts = new HashMap<>();
    Map<TopicPartition, Cell[]> rows = new HashMap<>();
    scan(
        group,
        back,
        (at, row) -> {
          int column = (int) Math.min(columns - 1, (at.toEpochMilli() - first) / width);
          List<TopicPartition> partitions = partitions(group, row, layouts);
          for (int i = 0; i < partitions.size() && i + 1 < row.cells().size(); i++) {
            Cell[] cells = rows.computeIfAbsent(partitions.get(i), all -> new Cell[columns]);
            cells[column] = worse(cells[column], row.cells().get(i + 1));
          }
        });
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      times.add(Instant.ofEpochMilli(first + i * width));
    }
    TreeMap<String, Heat.Row> sorted = new TreeMap<>();
    rows.forEach(
        (partition, cells) ->
            sorted.put(
                partition.topic()
                    + String.format(Locale.ROOT, "\u0000%010d", partition.partition()),
                new Heat.Row(
                    partition.topic(),
                    partition.partition(),
                    Arrays.stream(cells)
                        .map(cell -> cell == null ? OptionalLong.empty() : cell.lag())
                        .toList(),
                    Arrays.stream(cells)
                        .map(cell -> Optional.ofNullable(cell).map(Cell::verdict))
                        .toList())));
    return new Heat(times, List.copyOf(sorted.values()));
  }

  private static Cell worse(Cell one, Cell other) {
    if (one == null) {
      return other;
    }
    Verdict verdict = one.verdict().isWorseThan(other.verdict()) ? one.verdict() : other.verdict();
    OptionalLong lag = one.lag().orElse(-1) > other.lag().orElse(-1) ? one.lag() : other.lag();
    return new Cell(
        verdict,
        lag,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  @FunctionalInterface
  private interface Visitor {

    void visit(Instant at, Row row);
  }

  private void scan(String group, Duration back, Visitor visitor) {
    byte kind = back.compareTo(FINE) <= 0 ? LOOKS : MINUTES;
    byte[] from = key(kind, group, Math.max(0, newest().toEpochMilli() - back.toMillis()));
    int prefix = from.length - Long.BYTES;
    reading(
        () -> {
          try (RocksIterator rows = db.newIterator(readOptions)) {
            for (rows.seek(from); rows.isValid(); rows.next()) {
              byte[] key = rows.key();
              if (key.length != from.length || !Arrays.equals(key, 0, prefix, from, 0, prefix)) {
                break;
              }
              Instant at = Instant.ofEpochMilli(ByteBuffer.wrap(key, prefix, Long.BYTES).getLong());
              Row.read(rows.value()).ifPresent(row -> visitor.visit(at, row));
            }
            rows.status();
          } catch (RocksDBException e) {
            written.clear();
            throw broken(e);
          }
          return true;
        });
  }

  private synchronized Instant newest() {
    return newest.equals(Instant.EPOCH) ? newestStored() : newest;
  }

  /** After a restart, before the first report. */
  private Instant newestStored() {
    return reading(
        () -> {
          long last = 0;
          try (RocksIterator groups = db.newIterator(readOptions)) {
            for (groups.seek(new byte[] {GROUP});
                groups.isValid() && groups.key()[0] == GROUP;
                groups.next()) {
              last = Math.max(last, ByteBuffer.wrap(groups.value()).getLong() + MINUTE);
            }
            groups.status();
          } catch (RocksDBException e) {
            throw broken(e);
          }
          return Instant.ofEpochMilli(last);
        });
  }

  private List<TopicPartition> partitions(
      String group, Row row, Map<Long, List<TopicPartition>> layouts) {
    return layouts.computeIfAbsent(
        row.layout(),
        id -> {
          try {
            byte[] stored = db.get(key(LAYOUT, group, id));
            return stored == null ? List.of() : partitions(stored);
          } catch (RocksDBException e) {
            throw broken(e);
          }
        });
  }

  private static Row row(GroupLag group, long layout) {
    List<Cell> cells = new ArrayList<>(group.partitions().size() + 1);
    cells.add(
        new Cell(
            group.verdict(),
            group.lag(),
            real(group.bytes()),
            group.seconds(),
            group.arrivalPerSecond(),
            group.processingPerSecond()));
    for (PartitionLag lag : group.partitions()) {
      cells.add(
          new Cell(
              lag.verdict(),
              lag.lag(),
              real(lag.bytes()),
              lag.seconds(),
              lag.arrivalPerSecond(),
              lag.processingPerSecond()));
    }
    return new Row(layout, cells);
  }

  private static OptionalDouble real(OptionalLong number) {
    return number.isPresent()
        ? OptionalDouble.of((double) number.getAsLong())
        : OptionalDouble.empty();
  }

  /** The group's partitions, a line for each topic: its name and the numbers. */
  private static byte[] layout(GroupLag group) {
    StringBuilder text = new StringBuilder();
    for (PartitionLag lag : group.partitions()) {
      text.append(lag.topic()).append(' ').append(lag.partition()).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static List<TopicPartition> partitions(byte[] layout) {
    return new String(layout, StandardCharsets.UTF_8)
        .lines()
        .map(
            line -> {
              int space = line.lastIndexOf(' ');
              return new TopicPartition(
                  line.substring(0, space), Integer.parseInt(line.substring(space + 1)));
            })
        .toList();
  }

  /** The kind, the name with its length, so that none is the beginning of another. */
  private static byte[] key(byte kind, String group) {
    byte[] name = group.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(3 + name.length)
        .put(kind)
        .putShort((short) name.length)
        .put(name)
        .array();
  }

  private static byte[] key(byte kind, String group, long number) {
    byte[] name = key(kind, group);
    return ByteBuffer.allocate(name.length + Long.BYTES).put(name).putLong(number).array();
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static LagHistoryException broken(RocksDBException e) {
    return new LagHistoryException("the lag's history does not answer: " + e.getMessage(), e);
  }

  private <T> T reading(Supplier<T> read) {
    use.readLock().lock();
    try {
      if (closed) {
        throw new LagHistoryException("the lag's history is closed", null);
      }
      return read.get();
    } finally {
      use.readLock().unlock();
    }
  }

  /** Writes the minute that has begun, and lets go of the folder. */
  @Override
  public synchronized void close() {
    use.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try (WriteBatch batch = new WriteBatch()) {
        writeMinutes(batch);
        db.write(writeOptions, batch);
      } catch (RocksDBException e) {
        LOG.warn("the last minute of the lag's history is not written: {}", e.getMessage());
      }
      db.close();
      closeOptions();
    } finally {
      use.writeLock().unlock();
    }
  }

  private void closeOptions() {
    readOptions.close();
    writeOptions.close();
    options.close();
    cache.close();
  }
}
