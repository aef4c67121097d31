package io.pairstream.operations.review;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.KafkaTimeouts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes decisions: each review, the record that comes again and the note in the audit trail in one
 * transaction, so that there is never one without the others.
 *
 * <p>Everybody who decides takes turns under one transactional id: who opens the log ends the
 * transaction of the one before, and by reading then sees all that others have committed; whoever
 * had it open before can commit no more, and has to open it and read again. So what was read after
 * the opening holds until the commit. Not thread-safe.
 */
final class DecisionLog implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Together they are in memory, and in one transaction. */
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  /** So often Kafka is asked to commit, each time for as long as {@link #TIMEOUT}. */
  static final int COMMIT_ATTEMPTS = 2;

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
   * Begins a turn; whoever had one before can write no more.
   *
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
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    KafkaTimeouts.transactWithin(settings, TIMEOUT, TIMEOUT);
    settings.put("transactional.id", cluster.dataset().name() + "-review");
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
   * @throws CommitException where it is not known to stand
   */
  void commit() {
    if (pending.isEmpty()) {
      return;
    }
    List<ProducerRecord<byte[], byte[]>> records = List.copyOf(pending);
    pending.clear();
    pendingBytes = 0;
    try {
      producer.beginTransaction();
      deliver(records);
    } catch (KafkaException | IllegalStateException e) {
      boolean unused = rolledBack();
      throw new CommitException(
          "Kafka did not take the records", e, /* mayStand= */ false, isFenced(e));
    }
    askToCommit();
  }

  /** All is delivered before the commit is asked for, so that what fails here surely is not. */
  private void deliver(List<ProducerRecord<byte[], byte[]>> records) {
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    for (ProducerRecord<byte[], byte[]> record : records) {
      sent.add(producer.send(record));
    }
    producer.flush();
    for (Future<RecordMetadata> one : sent) {
      try {
        var unused = one.get();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      } catch (ExecutionException e) {
        throw new KafkaException(e.getCause());
      }
    }
  }

  /** Where no answer comes, the same is asked again, as Kafka lets one; and nothing else. */
  private void askToCommit() {
    for (int attempt = 1; ; attempt++) {
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException e) {
        if (attempt == COMMIT_ATTEMPTS) {
          throw new CommitException("Kafka did not answer the commit", e, true, false);
        }
      } catch (InterruptException e) {
        throw new CommitException("the commit was not waited for", e, true, false);
      } catch (KafkaException | IllegalStateException e) {
        if (isFenced(e)) {
          // An earlier attempt, ours or the client's, may have come through.
          throw new CommitException("somebody else writes", e, true, true);
        }
        throw new CommitException("Kafka did not commit", e, !rolledBack(), false);
      }
    }
  }

  private static boolean isFenced(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProducerFencedException
          || cause instanceof InvalidProducerEpochException) {
        return true;
      }
    }
    return false;
  }

  /** At once: until its time-out an open transaction holds up all readers of its partitions. */
  private boolean rolledBack() {
    try {
      producer.abortTransaction();
      return true;
    } catch (KafkaException | IllegalStateException e) {
      // Somebody else writes now, the broker is away, or nobody knows: the time-out decides.
      return false;
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
