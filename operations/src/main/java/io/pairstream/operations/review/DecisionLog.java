package io.pairstream.operations.review;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes decisions: each review, the record that comes again and the note in the audit trail in one
 * transaction, so that there is never one without the others.
 *
 * <p>One writer of a name at a time is let to: who opens the next ends the transaction of the one
 * before, and sees what that one has committed. Not thread-safe.
 */
final class DecisionLog implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Together they are in memory, and in one transaction. */
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  private final PairTopics topics;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<ProducerRecord<byte[], byte[]>> pending = new ArrayList<>();
  private long pendingBytes;

  private DecisionLog(PairTopics topics, KafkaProducer<byte[], byte[]> producer) {
    this.topics = topics;
    this.producer = producer;
  }

  /**
   * Begins to write; whoever wrote before under that name can no more.
   *
   * @param writer ends the transactional id
   * @throws KafkaException where the cluster does not let us
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold what
   *     is written
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where it does not answer
   */
  static DecisionLog open(ClusterAccess cluster, String writer) {
    PairTopics topics = cluster.topics();
    requireSchema(cluster, topics.reviews(), Review.SCHEMA$);
    requireSchema(cluster, topics.actions(), Action.SCHEMA$);
    requireSchema(cluster, topics.crowdsourced(), RawPair.SCHEMA$);
    requireSchema(cluster, topics.scraped(), RawPair.SCHEMA$);
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("transactional.id", cluster.dataset().name() + "-" + writer);
    settings.put("transaction.timeout.ms", (int) PATIENCE.toMillis());
    settings.put("max.block.ms", PATIENCE.toMillis());
    settings.put("delivery.timeout.ms", (int) PATIENCE.toMillis());
    settings.put("max.request.size", RecordSizes.MAX_RECORD);
    settings.put("buffer.memory", 2L * MOST_BYTES);
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      return new DecisionLog(topics, producer);
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  private static void requireSchema(ClusterAccess cluster, Topic<?, ?> topic, Schema schema) {
    int unused = cluster.registry().idOf(topic.name() + "-value", schema);
  }

  /** Adds a decision to the next commit: the review before what it is about. */
  void add(Judgement judgement) {
    Review review = judgement.review();
    add(topics.reviews(), review.getReviewId(), review);
    judgement.raw().ifPresent(this::add);
  }

  /** Adds a note to the next commit. */
  void add(Action action) {
    add(topics.actions(), action.getActionId(), action);
  }

  /** Whether enough is there for a commit. */
  boolean isFull() {
    return pendingBytes >= MOST_BYTES / 2;
  }

  /**
   * Commits what was added; it is added no more, whatever becomes of it.
   *
   * @throws KafkaException where the cluster does not take it; then none of it stands
   */
  void commit() {
    if (pending.isEmpty()) {
      return;
    }
    List<ProducerRecord<byte[], byte[]>> records = List.copyOf(pending);
    pending.clear();
    pendingBytes = 0;
    producer.beginTransaction();
    try {
      for (ProducerRecord<byte[], byte[]> record : records) {
        var unused = producer.send(record);
      }
      producer.commitTransaction();
    } catch (KafkaException e) {
      rollBack();
      throw e;
    }
  }

  /** At once: until its time-out an open transaction holds up all readers of its partitions. */
  private void rollBack() {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // Somebody else writes now, the broker is away, or nobody knows: the time-out decides.
    }
  }

  private <T> void add(Topic<String, T> topic, String key, T value) {
    add(
        new ProducerRecord<>(
            topic.name(),
            key.getBytes(StandardCharsets.UTF_8),
            topic.value().serializer().serialize(topic.name(), value)));
  }

  private void add(ProducerRecord<byte[], byte[]> record) {
    pending.add(record);
    pendingBytes += record.value().length;
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
