package io.pairstream.operations.review;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.Transactions;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.avro.Schema;
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

  private final PairTopics topics;
  private final Transactions transactions;

  /**
   * @param transactions closed with the log
   */
  DecisionLog(PairTopics topics, Transactions transactions) {
    this.topics = topics;
    this.transactions = transactions;
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
        Transactions.open(cluster, cluster.dataset().name() + "-review-" + UUID.randomUUID()));
  }

  private static void requireSchema(ClusterAccess cluster, Topic<?, ?> topic, Schema schema) {
    int unused = cluster.registry().idOf(topic.name() + "-value", schema);
  }

  /** Adds a decision to the next commit: the review before what it is about. */
  void add(Judgement judgement) {
    Review review = judgement.review();
    add(topics.reviews(), review.getReviewId(), review);
    judgement.sent().ifPresent(transactions::add);
  }

  /** Adds a note to the next commit. */
  void add(Action action) {
    add(topics.actions(), action.getActionId(), action);
  }

  private <T> void add(Topic<String, T> topic, String key, T value) {
    transactions.add(
        new ProducerRecord<>(
            topic.name(),
            key.getBytes(StandardCharsets.UTF_8),
            topic.value().serializer().serialize(topic.name(), value)));
  }

  /** Whether enough is there for a commit. */
  boolean isFull() {
    return transactions.isFull();
  }

  /**
   * Commits what was added; it is added no more, whatever becomes of it.
   *
   * @throws KafkaException where it may stand or not
   */
  void commit() {
    transactions.commit();
  }

  @Override
  public void close() {
    transactions.close();
  }
}
