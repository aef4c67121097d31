package io.pairstream.operations.lag.history;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.Lag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.ViewStorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports of a day in a SQLite database: every report of the last hour, and a point for each
 * minute of the last 24 hours. Thread-safe.
 */
public final class LagHistory implements AutoCloseable {

  /** Longest time that can be asked for. */
  public static final Duration KEPT = Duration.ofHours(24);

  private static final Logger LOG = LoggerFactory.getLogger(LagHistory.class);

  /** Up to here every report is there; further back a point stands for a minute. */
  private static final Duration FINE = Duration.ofHours(1);

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration ROLL_UP_EVERY = Duration.ofMinutes(10);
  private static final int MOST_COLUMNS = 120;

  /** The group itself, among its partitions. */
  private static final TopicPartition WHOLE = new TopicPartition("", -1);

  /** A verdict is stored as its place here, so that the least is the worst. */
  private static final List<Verdict> VERDICTS = List.of(Verdict.values());

  private static final String[] SCHEMA = {
    """
    CREATE TABLE IF NOT EXISTS part (id INTEGER PRIMARY KEY, group_name TEXT, topic TEXT,
      number INTEGER, UNIQUE (group_name, topic, number))""",
    """
    CREATE TABLE IF NOT EXISTS point (part INTEGER, at INTEGER, verdict INTEGER, lag INTEGER,
      bytes INTEGER, seconds REAL, arrivals REAL, processing REAL, PRIMARY KEY (part, at))
      WITHOUT ROWID"""
  };

  /** A minute's point: the most that waited, the worst verdict, which comes first, mean rates. */
  private static final String MINUTES =
      """
      SELECT part, max(at) AS at, min(verdict) AS verdict, max(lag) AS lag, max(bytes) AS bytes,
        max(seconds) AS seconds, avg(arrivals) AS arrivals, avg(processing) AS processing
      FROM point
      """;

  private final FileChannel lock;
  private final Database database;
  private final Duration interval;
  private Instant rolledUpAt = Instant.EPOCH;
  private Instant newest;

  /**
   * Points, in order.
   *
   * @param stepSeconds time from one to the next
   */
  public record Points(double stepSeconds, List<Point> points) {}

  /** A group, or one of its partitions, at a moment or over the minute that ends there. */
  public record Point(
      Instant at,
      OptionalLong lag,
      OptionalLong bytes,
      OptionalDouble seconds,
      OptionalDouble arrivalPerSecond,
      OptionalDouble processingPerSecond,
      Verdict verdict) {}

  /** The lag of a group's partitions over time: columns, and a row for each partition. */
  public record Heat(List<Instant> times, List<HeatRow> rows) {}

  /** A value for each time; empty where nobody looked, or the lag is not known. */
  public record HeatRow(
      String topic, int partition, List<OptionalLong> lag, List<Optional<Verdict>> verdict) {}

  /**
   * Opens the history in a folder, or begins one. One that is damaged is begun again.
   *
   * @param interval time between two reports
   * @throws ViewStorageException where the folder cannot be written, or another process uses it
   */
  public LagHistory(Path directory, Duration interval) {
    this.interval = interval;
    lock = Database.lock(directory);
    Path file = directory.resolve("lag.db");
    Database opened;
    try {
      opened = open(file);
    } catch (ViewStorageException e) {
      LOG.warn("the lag's history in {} begins again: {}", directory, e.getMessage());
      for (String part : List.of("", "-wal", "-shm")) {
        var unused = file.resolveSibling(file.getFileName() + part).toFile().delete();
      }
      opened = open(file);
    }
    database = opened;
    newest =
        Instant.ofEpochMilli(
            database.first("SELECT max(at) FROM point", row -> row.getLong(1)).orElseThrow());
  }

  private static Database open(Path file) {
    Database database = Database.open(file);
    try {
      database.execute(SCHEMA);
      return database;
    } catch (ViewStorageException e) {
      database.close();
      throw e;
    }
  }

  /** Notes a report. */
  public synchronized void note(LagReport report) {
    long at = report.at().toEpochMilli();
    database.transaction(
        () -> {
          for (GroupLag group : report.groups()) {
            note(group.group(), WHOLE, at, group);
            for (PartitionLag partition : group.partitions()) {
              note(
                  group.group(),
                  new TopicPartition(partition.topic(), partition.partition()),
                  at,
                  partition);
            }
          }
          if (!report.at().isBefore(rolledUpAt.plus(ROLL_UP_EVERY))) {
            rollUp(at);
            rolledUpAt = report.at();
          }
        });
    newest = report.at();
  }

  private void note(String group, TopicPartition partition, long at, Lag lag) {
    String topic = partition.topic();
    database.update(
        "INSERT INTO part (group_name, topic, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        group,
        topic,
        partition.partition());
    database.update(
        """
        INSERT OR REPLACE INTO point SELECT id, ?, ?, ?, ?, ?, ?, ? FROM part
        WHERE group_name = ? AND topic = ? AND number = ?""",
        at,
        VERDICTS.indexOf(lag.verdict()),
        lag.lag().isPresent() ? lag.lag().getAsLong() : null,
        lag.bytes().isPresent() ? lag.bytes().getAsLong() : null,
        orNull(lag.seconds()),
        orNull(lag.arrivalPerSecond()),
        orNull(lag.processingPerSecond()),
        group,
        topic,
        partition.partition());
  }

  private static Double orNull(OptionalDouble number) {
    return number.isPresent() ? (Double) number.getAsDouble() : null;
  }

  /** Leaves one point for each minute before the last hour, and none of before yesterday. */
  private void rollUp(long now) {
    long minute = MINUTE.toMillis();
    long fine = (now - FINE.toMillis()) / minute * minute;
    database.update("DELETE FROM point WHERE at < ?", now - KEPT.toMillis());
    database.update(
        "INSERT OR REPLACE INTO point " + MINUTES + "WHERE at < ? GROUP BY part, at / ?",
        fine,
        minute);
    database.update(
        """
        DELETE FROM point WHERE at < ? AND EXISTS (SELECT 1 FROM point later
          WHERE later.part = point.part AND later.at > point.at AND later.at / ? = point.at / ?)""",
        fine,
        minute,
        minute);
    database.update("DELETE FROM part WHERE id NOT IN (SELECT part FROM point)");
  }

  /**
   * A group's points, or one of its partitions'.
   *
   * @param back from how long before the newest report on; at most {@link #KEPT}
   */
  public synchronized Points points(
      String group, Optional<TopicPartition> partition, Duration back) {
    TopicPartition part = partition.orElse(WHOLE);
    return new Points(
        step(back).toMillis() / 1e3,
        database.query(
            MINUTES
                + """
                WHERE part = (SELECT id FROM part WHERE group_name = ? AND topic = ? AND number = ?)
                  AND at >= ?
                GROUP BY at / ? ORDER BY at""",
            row ->
                new Point(
                    Instant.ofEpochMilli(row.getLong("at")),
                    number(row, "lag"),
                    number(row, "bytes"),
                    real(row, "seconds"),
                    real(row, "arrivals"),
                    real(row, "processing"),
                    verdict(row)),
            group,
            part.topic(),
            part.partition(),
            newest.minus(back).toEpochMilli(),
            back.compareTo(FINE) <= 0 ? 1 : MINUTE.toMillis()));
  }

  private Duration step(Duration back) {
    return back.compareTo(FINE) <= 0 || interval.compareTo(MINUTE) > 0 ? interval : MINUTE;
  }

  /**
   * All partitions of a group, in at most 121 columns: the most that waited and the worst verdict.
   *
   * @param back from how long before the newest report on; at most {@link #KEPT}
   */
  public synchronized Heat heat(String group, Duration back) {
    long width =
        Math.max(step(back).toMillis(), (back.toMillis() + MOST_COLUMNS - 1) / MOST_COLUMNS);
    int columns = (int) (back.toMillis() / width) + 1;
    long first = Math.max(0, newest.minus(back).toEpochMilli());
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      times.add(Instant.ofEpochMilli(first + i * width));
    }
    Map<TopicPartition, HeatRow> rows = new LinkedHashMap<>();
    database.query(
        """
        SELECT topic, number, min(?, (at - ?) / ?) AS place, max(lag) AS lag,
          min(verdict) AS verdict
        FROM part JOIN point ON part = id WHERE group_name = ? AND number >= 0 AND at >= ?
        GROUP BY id, place ORDER BY topic, number""",
        row -> {
          HeatRow line =
              rows.computeIfAbsent(
                  new TopicPartition(row.getString("topic"), row.getInt("number")),
                  unknown ->
                      new HeatRow(
                          unknown.topic(),
                          unknown.partition(),
                          new ArrayList<>(Collections.nCopies(columns, OptionalLong.empty())),
                          new ArrayList<>(Collections.nCopies(columns, Optional.empty()))));
          line.lag().set(row.getInt("place"), number(row, "lag"));
          line.verdict().set(row.getInt("place"), Optional.of(verdict(row)));
          return line;
        },
        columns - 1,
        first,
        width,
        group,
        first);
    return new Heat(times, List.copyOf(rows.values()));
  }

  private static Verdict verdict(ResultSet row) throws SQLException {
    return VERDICTS.get(row.getInt("verdict"));
  }

  private static OptionalLong number(ResultSet row, String column) throws SQLException {
    long number = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static OptionalDouble real(ResultSet row, String column) throws SQLException {
    double number = row.getDouble(column);
    return row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(number);
  }

  @Override
  public synchronized void close() {
    database.close();
    try {
      lock.close();
    } catch (IOException e) {
      LOG.debug("the lock of the lag's history is not let go of", e);
    }
  }
}
