package io.pairstream.ingest.batches;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pairstream.schemas.BatchPart;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.table.Aggregate;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Every batch, part by part, from this instance's copy of {@code batches}. Thread-safe. */
public final class BatchView implements AutoCloseable {

  private final Topic<String, BatchPart> topic;
  private final TopicTable view;

  private BatchView(Topic<String, BatchPart> topic, TopicTable view) {
    this.topic = topic;
    this.view = view;
  }

  /**
   * Begins to follow the topic.
   *
   * @param directory this instance's own folder
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be used
   */
  public static BatchView open(
      PairTopics topics, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    return new BatchView(
        topics.batches(),
        TopicTable.open(
            new Parts(topics.batches().name()),
            directory.resolve("batches"),
            kafkaSettings,
            clock));
  }

  /**
   * Shows a batch's parts in order, as they stand at one moment.
   *
   * @param fromOffset offset of the batch's partition; what stands before it is not read
   * @throws org.apache.kafka.common.errors.SerializationException where the registry does not
   *     answer and its schemas are not at hand
   */
  void parts(String batchId, long fromOffset, PartVisitor visitor) {
    view.read(
        table -> {
          table.scan(
              "SELECT offset, value FROM part WHERE batch = ? AND offset >= ? ORDER BY offset",
              row ->
                  visitor.visit(
                      row.getLong(1),
                      topic.value().deserializer().deserialize(topic.name(), row.getBytes(2))),
              batchId,
              fromOffset);
          return true;
        });
  }

  /** Sees parts one by one. */
  @FunctionalInterface
  interface PartVisitor {

    /** Returns whether to go on. */
    boolean visit(long offset, BatchPart part);
  }

  /** Completes once this instance has read all that is there now. */
  CompletableFuture<Void> upToDate() {
    return view.reachedNow();
  }

  /** Whether what this instance does not know, nobody knows, but for the last moments. */
  public boolean isCaughtUp() {
    return view.isCaughtUp();
  }

  /** Why this instance does not follow what happens now; empty while it does. */
  public Optional<String> trouble() {
    return view.trouble();
  }

  @Override
  public void close() {
    view.close();
  }

  /** The parts of a batch, which lie on one partition, in its order. */
  private record Parts(String topic) implements Aggregate {

    @Override
    public String name() {
      return topic;
    }

    @Override
    public List<String> topics() {
      return List.of(topic);
    }

    @Override
    public List<String> schema() {
      return List.of(
          "CREATE TABLE part (batch TEXT, partition INTEGER, offset INTEGER, value BLOB,"
              + " PRIMARY KEY (batch, offset))");
    }

    @Override
    public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
      if (record.key() != null && record.value() != null) {
        table.update(
            "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?)",
            new String(record.key(), UTF_8),
            record.partition(),
            record.offset(),
            record.value());
      }
    }

    @Override
    public void forget(TopicPartition partition, long from, Database table) {
      table.update(
          "DELETE FROM part WHERE partition = ? AND offset < ?", partition.partition(), from);
    }
  }
}
