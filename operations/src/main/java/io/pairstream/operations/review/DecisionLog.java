package io.pairstream.operations.review;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Writes decisions: each review, the record that comes again and the note in the audit trail in one
 * transaction, so that there is never one without the others.
 *
 * <p>Several may write at once; that an entry which two of them send is let in once is the
 * topology's business. Not thread-safe.
 */
final class DecisionLog implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Together they are in memory, and in one transaction. */
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  private final PairTopics topics;
  private final Producer<byte[], byte[]> producer;
  private final List<ProducerRecord<byte[], byte[]>> pending = new ArrayList<>();
  private long pendingBytes;

  /**
   * @param producer with its transactions initialised; closed with the log
   */
  DecisionLog(PairTopics topics, Producer<byte[], byte[]> producer) {
    this.topics = topics;
    this.producer = producer;
  }

  /**
   * @throws KafkaException where the cluster does not let us
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold what
   *     is written
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where it does not answer
   */
  static DecisionLog open(ClusterAccess cluster) {
    PairTopics topics = cluster.topics();
    requireSchema(cluster, topics.reviews(), Review.SCHEMA$);
    requireSchema(cluster, topics.actions(), Action.SCHEMA$);
    requireSchema(cluster, topics.crowdsourced(), RawPair.SCHEMA$);
    requireSchema(cluster, topics.scraped(), RawPair.SCHEMA$);
    requireSchema(cluster, topics.links(), PairLink.SCHEMA$);
    return new DecisionLog(
        topics,
        cluster.transactions(
            cluster.dataset().name() + "-review-" + UUID.randomUUID(),
            TIMEOUT,
            Map.of(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                RecordSizes.MAX_RECORD,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                2L * MOST_BYTES)));
  }

  private static void requireSchema(ClusterAccess cluster, Topic<?, ?> topic, Schema schema) {
    int unused = cluster.registry().idOf(topic.name() + "-value", schema);
  }

  /** Adds a decision to the next commit: the review before what it is about. */
  void add(Judgement judgement) {
    Review review = judgement.review();
    add(topics.reviews(), review.getReviewId(), review);
    judgement.sent().ifPresent(this::add);
  }

  /** Adds a note to the next commit. */
  void add(Action action) {
    add(topics.actions(), action.getActionId(), action);
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

  /** Whether enough is there for a commit. */
  boolean isFull() {
    return pendingBytes >= MOST_BYTES / 2;
  }

  /**
   * Commits what was added; it is added no more, whatever becomes of it.
   *
   * @throws KafkaException where it may stand or not
   */
  void commit() {
    if (pending.isEmpty()) {
      return;
    }
    try {
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : pending) {
        var unused = producer.send(record);
      }
      producer.commitTransaction();
    } catch (KafkaException | IllegalStateException e) {
      rollBack();
      throw new KafkaException("Kafka did not confirm the commit", e);
    } finally {
      pending.clear();
      pendingBytes = 0;
    }
  }

  /** At once: until its time-out an open transaction holds up all readers of its partitions. */
  private void rollBack() {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // The broker is away, or nobody knows whether it has committed: the time-out decides.
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
