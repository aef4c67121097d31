package io.pairstream.service.table;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * One connection to a SQLite database in a file, with a write-ahead log: one writes, others read.
 *
 * <p>Values travel as parameters of prepared statements only, never inside a statement's text. A
 * committed transaction survives the end of the process; where the machine goes down, the last ones
 * may be gone, as a whole. Not thread-safe; a query is read to its end, or left, before the same
 * one is asked again.
 */
public final class Database implements AutoCloseable {

  private static final int BUSY_TIMEOUT_MS = 10_000;

  private static final int CACHE_KIB = 32 * 1024;

  /**
   * Pages of 4 KiB in the write-ahead log before a checkpoint: updates of random keys share one.
   */
  private static final int LOG_PAGES = 8_000;

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  private Database(Connection connection) {
    this.connection = connection;
  }

  /**
   * Opens a database to write and read, or makes it with its folder, which is closed to others.
   *
   * @throws ViewStorageException where the file cannot be written
   */
  public static Database open(Path file) {
    try {
      OwnFolder.close(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new ViewStorageException("the folder of " + file + " cannot be made: " + e, e);
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setCacheSize(-CACHE_KIB);
    Database database = connect(file, config);
    database.execute("PRAGMA wal_autocheckpoint = " + LOG_PAGES);
    return database;
  }

  /**
   * A database in a file of this connection alone, which has no name and goes with it. All is done
   * in one transaction, which is not committed. Pages that do not fit into memory, and what it
   * sorts, are in Java's folder for temporary files.
   *
   * @throws ViewStorageException where nothing can be written there
   */
  public static Database temporary() {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    SQLiteConfig config = new SQLiteConfig();
    config.setCacheSize(-CACHE_KIB);
    config.setJournalMode(JournalMode.OFF);
    config.setTempStoreDirectory(folder.toString());
    Database database = connect("", folder, config);
    database.autoCommit(false);
    return database;
  }

  /** Opens a database that another connection has made, to read only. */
  public static Database openToRead(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    return connect(file, config);
  }

  /**
   * Takes a folder for this process alone, until the channel is closed; makes it, for its owner
   * alone, where there is none.
   *
   * @throws ViewStorageException where it cannot be written, or another process has it
   */
  public static FileChannel lock(Path directory) {
    try {
      OwnFolder.make(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new IOException("another process uses it (is `up` running?)");
      }
      return channel;
    } catch (OverlappingFileLockException | IOException e) {
      throw ViewStorageException.ofFolder(directory, e);
    }
  }

  private static Database connect(Path file, SQLiteConfig config) {
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.NORMAL);
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    return connect(file.toAbsolutePath().toString(), file, config);
  }

  private static Database connect(String name, Path place, SQLiteConfig config) {
    config.setGetGeneratedKeys(false); // not needed, and each update would be followed by a query
    try {
      return new Database(config.createConnection("jdbc:sqlite:" + name));
    } catch (SQLException e) {
      throw new ViewStorageException(place + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * Carries out one statement that answers no rows.
   *
   * @param values of its parameters, in order; strings, numbers, byte arrays, nulls
   * @return how many rows changed
   */
  public int update(String sql, Object... values) {
    try {
      return prepared(sql, values).executeUpdate();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Carries out statements without parameters, of a schema for instance. */
  public void execute(String... statements) {
    try (var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The rows of a query. */
  public <T> List<T> query(String sql, RowReader<T> reader, Object... values) {
    List<T> found = new ArrayList<>();
    scan(sql, row -> found.add(reader.read(row)), values);
    return found;
  }

  /** The first row of a query. */
  public <T> Optional<T> first(String sql, RowReader<T> reader, Object... values) {
    List<T> found = new ArrayList<>();
    scan(sql, row -> !found.add(reader.read(row)), values);
    return found.stream().findFirst();
  }

  /** Whether a query gives any row. */
  public boolean has(String sql, Object... values) {
    return first(sql, row -> true, values).isPresent();
  }

  /** The number in the first row of a query; 0 where there is none. */
  public long number(String sql, Object... values) {
    return first(sql, row -> row.getLong(1), values).orElse(0L);
  }

  /** Shows the rows of a query one by one, until {@code visitor} wants no more. */
  public void scan(String sql, RowReader<Boolean> visitor, Object... values) {
    try (ResultSet rows = prepared(sql, values).executeQuery()) {
      boolean more = true;
      while (more && rows.next()) {
        more = visitor.read(rows);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Does work in one transaction, which is taken back where the work throws. */
  public void transaction(Runnable work) {
    snapshot(
        () -> {
          work.run();
          return null;
        });
  }

  /** Reads in one transaction: all as of one moment. */
  public <T> T snapshot(Supplier<T> reading) {
    // By JDBC's flag: while it is on, the driver tries to begin a transaction behind each
    // statement.
    try {
      autoCommit(false);
      T read = reading.get();
      autoCommit(true);
      return read;
    } catch (Throwable e) {
      takeBack(e);
      throw e;
    }
  }

  /** Takes a transaction back, which SQLite may have done itself, and sets the flag again. */
  private void takeBack(Throwable cause) {
    try {
      execute("ROLLBACK");
    } catch (ViewStorageException alsoThat) {
      cause.addSuppressed(alsoThat);
    }
    try {
      if (!connection.getAutoCommit()) {
        execute("BEGIN"); // which the flag commits
        connection.setAutoCommit(true);
      }
    } catch (ViewStorageException | SQLException alsoThat) {
      cause.addSuppressed(alsoThat);
    }
  }

  /** Begins a transaction, or commits it. */
  private void autoCommit(boolean on) {
    try {
      connection.setAutoCommit(on);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private PreparedStatement prepared(String sql, Object... values) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private static ViewStorageException failed(SQLException e) {
    return new ViewStorageException("the database does not answer: " + e.getMessage(), e);
  }

  /** Makes something of a result's current row. */
  @FunctionalInterface
  public interface RowReader<T> {

    /** Reads columns by number, from 1, or by name. */
    T read(ResultSet row) throws SQLException;
  }
}
