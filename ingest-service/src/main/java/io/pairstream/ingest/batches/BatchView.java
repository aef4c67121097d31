package io.pairstream.ingest.batches;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pairstream.schemas.BatchPart;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.table.Fold;
import io.pairstream.service.table.TopicTable;
import io.pairstream.service.table.ViewPlan;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Every batch, part by part, from this instance's copy of {@code batches}. Thread-safe. */
public final class BatchView implements AutoCloseable {

  /** As long as the topic keeps them; see the catalogue of topics. */
  private static final Duration KEPT = Duration.ofDays(30);

  /** Parts of one batch stand together, in the order of its partition. */
  private static final Fold PART_BY_PART =
      (record, table) -> {
        if (record.key() != null && record.value() != null) {
          ByteBuffer key = ByteBuffer.allocate(record.key().length + 1 + Long.BYTES);
          key.put(record.key()).put((byte) 0).putLong(record.offset());
          table.put(key.array(), record.value());
        }
      };

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
    ViewPlan plan = new ViewPlan(topics.batches().name(), PART_BY_PART, Optional.of(KEPT));
    return new BatchView(
        topics.batches(),
        TopicTable.open(plan, directory.resolve("batches"), kafkaSettings, clock));
  }

  /**
   * Shows a batch's parts in order, as they stand at one moment.
   *
   * @param fromOffset offset of the batch's partition; what stands before it is not read
   * @throws org.apache.kafka.common.errors.SerializationException where the registry does not
   *     answer and its schemas are not at hand
   */
  void parts(String batchId, long fromOffset, PartVisitor visitor) {
    byte[] id = batchId.getBytes(UTF_8);
    byte[] prefix = Arrays.copyOf(id, id.length + 1);
    view.scan(
        prefix,
        ByteBuffer.allocate(prefix.length + Long.BYTES).put(prefix).putLong(fromOffset).array(),
        (key, value) ->
            visitor.visit(
                ByteBuffer.wrap(key).getLong(prefix.length),
                topic.value().deserializer().deserialize(topic.name(), value)));
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
}
