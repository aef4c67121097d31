package io.pairstream.operate.lag.watch;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.ViewStorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lag of the last 24 hours, minute by minute, in a SQLite database: the most that waited, the
 * worst verdict, and the last rates. Thread-safe.
 */
public final class LagHistory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LagHistory.class);

  /** Longest time that can be asked for. */
  public static final Duration KEPT = Duration.ofHours(24);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** In place of a partition: the whole group. */
  static final TopicPartition WHOLE = new TopicPartition("", -1);

  /** Verdicts by their names, the worst first. */
  private static final String VERDICTS =
      Stream.of(LagVerdict.values())
          .map(LagVerdict::name)
          .collect(Collectors.joining(",", ",", ","));

  private static final String SCHEMA =
      """
      CREATE TABLE IF NOT EXISTS judged (at INTEGER, group_name TEXT, topic TEXT, number INTEGER,
        verdict TEXT, lag INTEGER, bytes INTEGER, seconds REAL, arrivals REAL, processing REAL,
        PRIMARY KEY (group_name, topic, number, at)) WITHOUT ROWID\
      """;

  private static final String NOTE =
      """
      INSERT INTO judged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        verdict = iif(instr(?11, ',' || verdict || ',') < instr(?11, ',' || excluded.verdict || ','),
          verdict, excluded.verdict),
        lag = coalesce(max(lag, excluded.lag), lag, excluded.lag),
        bytes = coalesce(max(bytes, excluded.bytes), bytes, excluded.bytes),
        seconds = coalesce(max(seconds, excluded.seconds), seconds, excluded.seconds),
        arrivals = excluded.arrivals, processing = excluded.processing\
      """;

  private static final JsonMapper FIELDS =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(
                      Instant.class,
                      new FromStringDeserializer<>(Instant.class) {
                        @Override
                        protected Instant _deserialize(String text, DeserializationContext unused) {
                          return Instant.parse(text);
                        }
                      }))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .build();

  private final Database database;

  /** A point for each minute, in order. */
  public record Points(List<Point> points) {}

  /**
   * A group, or one of its partitions, in the minute that begins then; its verdict is UNKNOWN for
   * one that only a later version knows.
   */
  public record Point(
      Instant at,
      OptionalLong lag,
      OptionalLong bytes,
      OptionalDouble seconds,
      OptionalDouble arrivalPerSecond,
      OptionalDouble processingPerSecond,
      LagVerdict verdict) {}

  /**
   * Opens the history in a folder, or begins one.
   *
   * @throws ViewStorageException where the folder cannot be written
   */
  public LagHistory(Path directory) {
    database = Database.open(directory.resolve("minutes.db"));
    database.execute(
        SCHEMA,
        "CREATE TABLE IF NOT EXISTS judge (group_name TEXT, topic TEXT, number INTEGER, known TEXT,"
            + " PRIMARY KEY (group_name, topic, number)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS judged_by_time ON judged (at)");
  }

  /** Notes a report. */
  public synchronized void note(LagReport report) {
    long minute = report.at().toEpochMilli() / MINUTE.toMillis() * MINUTE.toMillis();
    database.transaction(
        () -> {
          for (GroupLag group : report.groups()) {
            note(group.group(), WHOLE, minute, group.now());
            for (PartitionLag partition : group.partitions()) {
              note(group.group(), partition.topicPartition(), minute, partition.now());
            }
          }
          database.update("DELETE FROM judged WHERE at < ?", minute - KEPT.toMillis());
        });
  }

  /** Keeps what the judges of all groups know, in place of what was kept. */
  synchronized void keep(Map<String, Map<TopicPartition, PartitionJudge>> judges) {
    database.transaction(
        () -> {
          database.update("DELETE FROM judge");
          judges.forEach(
              (group, all) ->
                  all.forEach(
                      (partition, judge) ->
                          database.update(
                              "INSERT INTO judge VALUES (?, ?, ?, ?)",
                              group,
                              partition.topic(),
                              partition.partition(),
                              FIELDS.valueToTree(judge).toString())));
        });
  }

  /** Tells a new judge what was kept of the one before, if anything was. */
  synchronized void restore(String group, TopicPartition partition, PartitionJudge judge) {
    database
        .first(
            "SELECT known FROM judge WHERE group_name = ? AND topic = ? AND number = ?",
            row -> row.getString("known"),
            group,
            partition.topic(),
            partition.partition())
        .ifPresent(
            known -> {
              try {
                FIELDS.readerForUpdating(judge).readValue(known);
              } catch (JsonProcessingException e) {
                LOG.warn("what was known of {} on {} is forgotten", group, partition, e);
              }
            });
  }

  private void note(String group, TopicPartition partition, long minute, Lag lag) {
    database.update(
        NOTE,
        minute,
        group,
        partition.topic(),
        partition.partition(),
        lag.verdict().name(),
        lag.records().isPresent() ? lag.records().getAsLong() : null,
        lag.bytes().isPresent() ? lag.bytes().getAsLong() : null,
        orNull(lag.seconds()),
        orNull(lag.arrivalPerSecond()),
        orNull(lag.processingPerSecond()),
        VERDICTS);
  }

  private static Double orNull(OptionalDouble number) {
    return number.isPresent() ? (Double) number.getAsDouble() : null;
  }

  /**
   * A group, or one of its partitions.
   *
   * @param part the partition, or {@link #WHOLE}
   * @param back from how long before the newest report on; at most {@link #KEPT}
   */
  synchronized Points points(String group, TopicPartition part, Duration back) {
    return new Points(
        database.query(
            """
            SELECT at, lag, bytes, seconds, arrivals AS arrival_per_second,
              processing AS processing_per_second, verdict
            FROM judged WHERE group_name = ? AND topic = ? AND number = ?
              AND at >= (SELECT max(at) FROM judged) - ? ORDER BY at\
            """,
            AnswerJson.row(Point.class),
            group,
            part.topic(),
            part.partition(),
            back.toMillis()));
  }

  @Override
  public synchronized void close() {
    database.close();
  }
}
