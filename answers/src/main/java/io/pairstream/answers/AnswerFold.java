package io.pairstream.answers;

import io.pairstream.schemas.Answer;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Aggregate;
import io.pairstream.service.table.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The answers of a data set as a table, without vectors, which pair shows what each is about, and
 * which pairs are to be refused for theirs.
 */
record AnswerFold(PairTopics all) implements Aggregate {

  static final List<String> SCHEMA =
      Stream.concat(
              Stream.of(
                  "CREATE TABLE answer (id BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
                  "CREATE TABLE said (pair TEXT, card TEXT, answer BLOB NOT NULL, at INTEGER NOT NULL,"
                      + " topic TEXT, partition INTEGER, offset INTEGER, PRIMARY KEY (pair, card)) WITHOUT ROWID",
                  "CREATE INDEX said_by ON said (answer)",
                  // Answers that pairs show and that are not there.
                  "CREATE TABLE erased (answer BLOB PRIMARY KEY) WITHOUT ROWID"),
              RefusalTable.SCHEMA.stream())
          .toList();

  /**
   * Pairs that show something about which an answer was erased, as no pair showed it then; so far
   * as their records' coordinates are known. Takes the names of the cards whose answers are looked
   * for, with a blank before and behind each, and how many pairs at most. What is erased leads by
   * {@code CROSS}: of it there is little. Asked each second.
   */
  static final String ERASED =
      "SELECT DISTINCT pair, topic, partition, offset FROM erased CROSS JOIN said USING (answer)"
          + " WHERE topic <> '' AND instr(?, ' ' || card || ' ') > 0 LIMIT ?";

  /** Bytes by which an answer is known in the table, of the digest of its record's key. */
  private static final int ID_BYTES = 16;

  /**
   * A record of a pair under one card.
   *
   * @param answer the answer's id
   * @param place coordinates of the pair's record, on its split; of an unnamed topic where unknown
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record RecordedAnswer(String card, byte[] answer, Instant at, Origin place) {

    /** Whether a tombstone is about this pair, and not about one that was withdrawn before it. */
    boolean isBefore(ConsumerRecord<?, ?> tombstone) {
      return isIn(new TopicPartition(tombstone.topic(), tombstone.partition()))
          && (place.getTopic().isEmpty() || place.getOffset() < tombstone.offset());
    }

    /** Whether it is of the pair's record at those coordinates, as far as is known. */
    boolean isAt(TopicPartition split, long offset) {
      return isIn(split) && (place.getTopic().isEmpty() || place.getOffset() == offset);
    }

    private boolean isIn(TopicPartition split) {
      return place.getTopic().isEmpty()
          || (place.getTopic().equals(split.topic()) && place.getPartition() == split.partition());
    }

    /**
     * Whether this is what an answer to a card says of a pair whose record lies there, or behind it
     * by now.
     */
    boolean says(String name, Answer given, TopicPartition split, long offset) {
      return card.equals(name)
          && isIn(split)
          && (place.getTopic().isEmpty() || place.getOffset() >= offset)
          && at.equals(given.getAnsweredAt())
          && Arrays.equals(answer, id(key(given.getShown(), given.getModel())));
    }
  }

  @Override
  public String name() {
    return "the answers of models";
  }

  @Override
  public List<String> topics() {
    return Stream.of(all.answers(), all.pairAnswers(), all.recipes(), all.takedowns())
        .map(Topic::name)
        .toList();
  }

  @Override
  public String version() {
    return Long.toHexString(SchemaNormalization.parsingFingerprint64(Answer.SCHEMA$));
  }

  @Override
  public List<String> schema() {
    return SCHEMA;
  }

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
    if (record.key() == null) {
      return;
    }
    String key = CommittedLog.key(record);
    if (record.topic().equals(all.answers().name())) {
      applyAnswer(key, record.value(), table);
    } else if (record.topic().equals(all.takedowns().name())) {
      applyTakedown(key, record.value(), table);
    } else if (record.topic().equals(all.recipes().name())) {
      all.recipes().decode(record.value()).ifPresent(recipe -> RefusalTable.apply(recipe, table));
    } else {
      applyPair(key, record, table);
    }
  }

  private void applyTakedown(String key, byte[] value, Database table) {
    Optional<Takedown> takedown = all.takedowns().decode(value);
    if (!RefusalKey.is(key)) {
      if (value == null || takedown.isPresent()) {
        RefusalTable.apply(key, takedown.orElse(null), table);
      }
    } else {
      takedown
          .filter(refusal -> refusal.getRefusal() != null)
          .ifPresent(refusal -> RefusalTable.applyRefusal(refusal, table));
    }
  }

  private void applyAnswer(String key, byte[] value, Database table) {
    byte[] id = id(key);
    if (value == null) {
      table.update("DELETE FROM answer WHERE id = ?", (Object) id);
      table.update(
          "INSERT OR IGNORE INTO erased SELECT answer FROM said WHERE answer = ? LIMIT 1",
          (Object) id);
      return;
    }
    all.answers()
        .decode(value)
        .ifPresent(
            answer -> {
              table.update(
                  "INSERT INTO answer VALUES (?, ?)"
                      + " ON CONFLICT DO UPDATE SET value = excluded.value",
                  id,
                  bytes(Answer.getEncoder(), light(answer)));
              table.update("DELETE FROM erased WHERE answer = ?", (Object) id);
              RefusalTable.judge(id, answer, table);
            });
  }

  private void applyPair(String key, ConsumerRecord<byte[], byte[]> record, Database table) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      return;
    }
    String pair = key.substring(0, slash);
    String card = key.substring(slash + 1);
    Optional<PairAnswer> said = all.pairAnswers().decode(record.value());
    if (record.value() == null || said.isPresent()) {
      remove(pair, card, table);
    }
    said.ifPresent(now -> put(pair, card, now, record, table));
  }

  private static void remove(String pair, String card, Database table) {
    Optional<byte[]> before =
        table.first(
            "SELECT answer FROM said WHERE pair = ? AND card = ?",
            row -> row.getBytes(1),
            pair,
            card);
    before.ifPresent(
        answer -> {
          table.update("DELETE FROM said WHERE pair = ? AND card = ?", pair, card);
          RefusalTable.remove(pair, card, table);
          table.update(
              "DELETE FROM erased WHERE answer = ?"
                  + " AND NOT EXISTS (SELECT 1 FROM said WHERE said.answer = erased.answer)",
              (Object) answer);
        });
  }

  private static void put(
      String pair, String card, PairAnswer said, ConsumerRecord<?, ?> record, Database table) {
    Origin place = OriginHeader.read(record.headers()).orElseGet(() -> Origin.newBuilder().build());
    byte[] answer = id(key(said.getShown(), said.getModel()));
    table.update(
        "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?)",
        pair,
        card,
        answer,
        said.getAnsweredAt().toEpochMilli(),
        place.getTopic(),
        place.getPartition(),
        place.getOffset());
    RefusalTable.judge(pair, card, answer, table);
    // A pair that cannot be shown has no answer of its own.
    if (!said.getShown().isEmpty()) {
      table.update(
          "INSERT OR IGNORE INTO erased"
              + " SELECT ? WHERE NOT EXISTS (SELECT 1 FROM answer WHERE id = ?)",
          answer,
          answer);
    }
  }

  /** Key of an answer's record. */
  static String key(String shown, String model) {
    return shown + "/" + model;
  }

  /** The answer of that key, without vectors. */
  static Optional<Answer> answer(Database table, String key) {
    return answer(table, id(key));
  }

  /** The answer of that id, without vectors. */
  static Optional<Answer> answer(Database table, byte[] id) {
    return table.first(
        "SELECT value FROM answer WHERE id = ?", row -> answer(row.getBytes(1)), (Object) id);
  }

  /** All that is recorded of a pair. */
  static List<RecordedAnswer> of(Database table, String pair) {
    return table.query(
        "SELECT card, answer, at, topic, partition, offset FROM said WHERE pair = ?",
        row ->
            new RecordedAnswer(
                row.getString(1),
                row.getBytes(2),
                Instant.ofEpochMilli(row.getLong(3)),
                new Origin(row.getString(4), row.getInt(5), row.getLong(6))),
        pair);
  }

  /** The pairs that show what an answer is about; each once. */
  static List<String> pairs(Database table, byte[] answer) {
    return table.query(
        "SELECT DISTINCT pair FROM said WHERE answer = ?",
        row -> row.getString(1),
        (Object) answer);
  }

  static byte[] id(String key) {
    return Arrays.copyOf(Sha256.of(key), ID_BYTES);
  }

  /** A copy without vectors. */
  static Answer light(Answer answer) {
    return Answer.newBuilder(answer).setVectors(Map.of()).build();
  }

  static Answer answer(byte[] value) {
    return read(Answer.getDecoder(), value);
  }

  /** A record as a column holds it. */
  static <T> byte[] bytes(BinaryMessageEncoder<T> encoder, T value) {
    try {
      return encoder.encode(value).array();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }

  /** The record of a column. */
  static <T> T read(BinaryMessageDecoder<T> decoder, byte[] value) {
    try {
      return decoder.decode(value);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }
}
