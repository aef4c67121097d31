package io.pairstream.ingest.status;

import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.table.LastOfEachKey;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Where every pair and link stands, from this instance's copies of {@code uploads} and {@code
 * receipts}. Thread-safe.
 */
public final class StatusView implements AutoCloseable {

  private final Topic<String, Upload> uploads;
  private final Topic<String, Receipt> receipts;
  private final TopicTable uploadsView;
  private final TopicTable receiptsView;

  /**
   * Begins to follow both topics.
   *
   * @param directory this instance's own folder
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be used
   */
  public StatusView(PairTopics topics, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    uploads = topics.uploads();
    receipts = topics.receipts();
    uploadsView = follow(uploads.name(), directory.resolve("uploads"), kafkaSettings, clock);
    receiptsView = follow(receipts.name(), directory.resolve("receipts"), kafkaSettings, clock);
  }

  /**
   * Where a pair or link stands as far as this instance has read; nothing where it has read nothing
   * of it.
   *
   * @param id a pair id or link id, or the coordinates {@code topic-partition-offset} of a record
   *     that could not be read
   * @throws org.apache.kafka.common.errors.SerializationException where the registry does not
   *     answer and its schemas are not at hand
   */
  Optional<StatusReport> find(String id) {
    Optional<Upload> upload = upload(id);
    if (upload.isEmpty()) {
      return receipt(id).map(receipt -> StatusReport.of(id, receipt));
    }
    String pairId = upload.get().getPairId();
    Optional<Receipt> receipt = pairId.isEmpty() ? Optional.empty() : receipt(pairId);
    return Optional.of(StatusReport.of(id, upload.get(), receipt));
  }

  /**
   * Completes once this instance has read all that is there now. Fails where the broker does not
   * answer. An ingest API's note may lie behind a fetcher's that is not committed yet, and waits
   * for that one.
   */
  public CompletableFuture<Void> upToDate() {
    return CompletableFuture.allOf(uploadsView.reachedAllWritten(), receiptsView.reachedNow());
  }

  /** Completes once {@link #isCaughtUp()} holds. */
  CompletableFuture<Void> caughtUp() {
    return CompletableFuture.allOf(uploadsView.caughtUp(), receiptsView.caughtUp());
  }

  /** Whether what this instance does not know, nobody knows, but for the last moments. */
  public boolean isCaughtUp() {
    return uploadsView.isCaughtUp() && receiptsView.isCaughtUp();
  }

  /** Why this instance does not follow what happens now; empty while it does. */
  public Optional<String> trouble() {
    return Stream.of(uploadsView, receiptsView).flatMap(v -> v.trouble().stream()).findFirst();
  }

  @Override
  public void close() {
    uploadsView.close();
    receiptsView.close();
  }

  private Optional<Upload> upload(String id) {
    return uploadsView
        .read(table -> LastOfEachKey.get(table, id))
        .map(bytes -> uploads.value().deserializer().deserialize(uploads.name(), bytes));
  }

  private Optional<Receipt> receipt(String id) {
    return receiptsView
        .read(table -> LastOfEachKey.get(table, id))
        .map(bytes -> receipts.value().deserializer().deserialize(receipts.name(), bytes));
  }

  private static TopicTable follow(
      String topic, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    return TopicTable.open(new LastOfEachKey(topic), directory, kafkaSettings, clock);
  }
}
