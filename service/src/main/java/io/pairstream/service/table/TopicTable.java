package io.pairstream.service.table;

import io.pairstream.service.table.Database.RowReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics as tables of SQLite on this instance's disk, which follow the log: committed records
 * alone.
 *
 * <p>Rows and positions change in one transaction, so a restart continues where the last one
 * stopped, and nothing counts twice. A copy is thrown away and made again where it belongs to
 * another topic of that name or another version, where the log has lost records that it holds, and
 * where it was left so long that tombstones may have come and gone ({@link #TOO_OLD}). A broker or
 * a disk that fails is waited for; {@link #trouble()} says so meanwhile, and what is there is still
 * answered.
 *
 * <p>Thread-safe. Futures complete on the table's own thread; what follows them must be short.
 */
public final class TopicTable implements AutoCloseable {

  /**
   * A copy that has not seen the log's end for so long is made again: a tombstone may be compacted
   * away after 7 days, {@code delete.retention.ms} in the catalogue of topics.
   */
  static final Duration TOO_OLD = Duration.ofDays(6);

  /** Interval of recording that the copy has reached the log's end, on an idle topic. */
  private static final Duration NOTED = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(TopicTable.class);

  private final Aggregate aggregate;
  private final Clock clock;
  private final TableFile file;
  private final Progress progress;
  private final Follower follower;

  private TopicTable(
      Aggregate aggregate, TableFile file, Map<String, ?> kafkaSettings, Clock clock) {
    this.aggregate = aggregate;
    this.clock = clock;
    this.file = file;
    String name = "the table of " + aggregate.name();
    this.follower = new Follower(name, aggregate.topics(), new OnDisk(), kafkaSettings, clock);
    this.progress = follower.progress();
  }

  /**
   * Opens the table in a folder, or begins one, and follows the topics from then on. Returns at
   * once; {@link #caughtUp()} completes when it holds what the logs held.
   *
   * @param directory a folder of this table alone
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @param clock to tell how old the copy is
   * @throws ViewStorageException where the folder cannot be written, or another process has it
   */
  public static TopicTable open(
      Aggregate aggregate, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    TopicTable table =
        new TopicTable(aggregate, new TableFile(aggregate, directory), kafkaSettings, clock);
    table.follower.start();
    return table;
  }

  /**
   * Reads the tables as of one moment.
   *
   * @return what {@code reading} returns
   * @throws ViewStorageException where the disk fails, and after {@link #close()}
   */
  public <T> T read(Function<Database, T> reading) {
    return file.read(reading);
  }

  /** Reads what one query gives, as {@link #read} does. */
  public <T> List<T> query(String sql, RowReader<T> reader, Object... values) {
    return read(table -> table.query(sql, reader, values));
  }

  /** Completes once the table holds all that the log held when this instance first asked it. */
  public CompletableFuture<Void> caughtUp() {
    return progress.caughtUp();
  }

  /** Whether the table holds all that the log held at the start, and is not being made again. */
  public boolean isCaughtUp() {
    return progress.isCaughtUp();
  }

  /**
   * Completes once the table holds all that the log holds now, on every partition: a row that is
   * missing then does not exist. Fails with the client's exception where the broker does not say
   * where the log ends.
   */
  public CompletableFuture<Void> reachedNow() {
    return follower.ends(IsolationLevel.READ_COMMITTED).thenCompose(progress::reachedAll);
  }

  /**
   * Completes once the table also holds records that are written and not committed yet, behind
   * which their partition cannot be read. On a topic that also has writers without transactions,
   * only this shows that none of their records is missing.
   */
  public CompletableFuture<Void> reachedAllWritten() {
    return follower.ends(IsolationLevel.READ_UNCOMMITTED).thenCompose(progress::reachedAll);
  }

  /**
   * Completes once the table holds all records before these offsets.
   *
   * @param ends by partition
   */
  public CompletableFuture<Void> reached(Map<TopicPartition, Long> ends) {
    return progress.reachedAll(ends);
  }

  /** Why the table does not follow its topics now; empty while it does. */
  public Optional<String> trouble() {
    return progress.trouble();
  }

  /**
   * The last time at which the table held all that the topics held; empty while it follows them,
   * and where that was never so. What is answered meanwhile is as of then.
   */
  public Optional<Instant> staleSince() {
    return trouble().map(any -> progress.wholeAt()).filter(at -> at.isAfter(Instant.EPOCH));
  }

  /** Stops following, and lets go of the folder. */
  @Override
  public void close() {
    follower.close();
    file.close();
  }

  /** Writes the follower's records to the file. */
  private final class OnDisk implements Follower.Copy {

    private Map<TopicPartition, Long> written = Map.of();
    private Map<TopicPartition, Long> forgotten = Map.of();
    private Instant notedAt = Instant.EPOCH;

    @Override
    public Map<TopicPartition, Long> begin(
        Collection<TopicDescription> topics, Map<TopicPartition, Long> ends) {
      String source =
          topics.stream()
              .sorted(Comparator.comparing(TopicDescription::name))
              .map(topic -> topic.topicId().toString())
              .collect(Collectors.joining(" "));
      Map<TopicPartition, Long> stored = file.positions();
      written = Map.of();
      forgotten = Map.of();
      boolean isTooOld = file.seenAt().plus(TOO_OLD).isBefore(clock.instant());
      boolean isBeyond =
          ends.entrySet().stream()
              .anyMatch(end -> stored.getOrDefault(end.getKey(), 0L) > end.getValue());
      if (file.source().equals(source) && !isTooOld && !isBeyond) {
        return stored;
      }
      if (!file.source().isEmpty()) {
        LOG.info("the table of {} is made again from the log's start", aggregate.name());
      }
      progress.noteRestart();
      file.begin(source, clock.instant());
      return Map.of();
    }

    @Override
    public void take(
        ConsumerRecords<byte[], byte[]> records,
        Map<TopicPartition, Long> positions,
        boolean atEnd) {
      Instant now = clock.instant();
      boolean isNoted = atEnd && notedAt.plus(NOTED).isBefore(now);
      if (records.isEmpty() && !isNoted && positions.equals(written)) {
        return;
      }
      file.write(
          table -> {
            aggregate.applyAll(records, table);
            positions.forEach(
                (partition, next) -> {
                  if (!next.equals(written.get(partition))) {
                    file.move(partition, next);
                  }
                });
            if (atEnd) {
              file.seen(now);
            }
          });
      notedAt = atEnd ? now : notedAt;
      written = positions;
    }

    @Override
    public void forget(Map<TopicPartition, Long> beginnings) {
      Map<TopicPartition, Long> gone = new HashMap<>(beginnings);
      gone.entrySet().removeAll(forgotten.entrySet());
      file.write(table -> gone.forEach((each, from) -> aggregate.forget(each, from, table)));
      forgotten = beginnings;
    }
  }
}
