package io.pairstream.curation.review;

import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.service.cluster.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Writes decisions: each review, the record that comes again and the note in the audit trail in one
 * transaction, so that there is never one without the others.
 *
 * <p>All writers of a data set have one transactional id. A writer that another has fenced takes
 * the id again, leaves out the entries that were sent meanwhile, and commits the rest. So of
 * several that send one entry at the same moment one does. Not thread-safe.
 */
final class DecisionLog implements AutoCloseable {

  /** Longest pause before the id is taken from another writer again; doubles with each try. */
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);

  /** The last pause is up to 25 s. */
  private static final int MOST_TRIES = 8;

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final Supplier<Transactions> opening;
  private final List<Pending> pending = new ArrayList<>();

  /** Up to where the reviews of other writers are known. */
  private final Map<TopicPartition, Long> known;

  private Transactions transactions;

  /** Records that are written in one piece: a decision with its note, or a note alone. */
  private record Pending(
      Optional<DecisionRecords> decision, List<ProducerRecord<byte[], byte[]>> all) {}

  /**
   * @param opening takes the transactional id; called again whenever another has taken it
   */
  DecisionLog(ClusterAccess cluster, Supplier<Transactions> opening) {
    this.cluster = cluster;
    this.topics = cluster.topics();
    this.opening = opening;
    try (CommittedLog log = CommittedLog.open(cluster)) {
      known = log.ends(log.partitions(topics.reviews().name()));
    }
    this.transactions = opening.get();
  }

  /**
   * @throws KafkaException where the cluster does not let us
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold what
   *     is written
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where it does not answer
   */
  static DecisionLog open(ClusterAccess cluster) {
    PairTopics topics = cluster.topics();
    Stream.of(
            topics.reviews(),
            topics.actions(),
            topics.crowdsourced(),
            topics.scraped(),
            topics.generated(),
            topics.links())
        .forEach(Topic::requireSchema);
    String id = cluster.dataset().name() + "-review-desk";
    return new DecisionLog(cluster, () -> Transactions.open(cluster, id));
  }

  /**
   * Adds a decision to the next commit.
   *
   * @param note what the audit trail says of it; null where one note stands for many decisions
   */
  void add(DecisionRecords records, Action note) {
    Review review = records.review();
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
    // The review before what it is about.
    all.add(topics.reviews().record(review.getReviewId(), review));
    records.sent().ifPresent(all::add);
    if (note != null) {
      all.add(topics.actions().record(note.getActionId(), note));
    }
    add(new Pending(Optional.of(records), all));
  }

  /** Adds a note to the next commit. */
  void add(Action action) {
    add(
        new Pending(
            Optional.empty(), List.of(topics.actions().record(action.getActionId(), action))));
  }

  private void add(Pending one) {
    pending.add(one);
    one.all().forEach(transactions::add);
  }

  /** Whether enough is there for a commit. */
  boolean isFull() {
    return transactions.isFull();
  }

  /**
   * Commits what was added; it is added no more, whatever becomes of it.
   *
   * @return the reviews by which others sent some of the entries first, by entry; of these nothing
   *     is written
   * @throws KafkaException where it may stand or not
   */
  Map<Origin, Review> commit() {
    Map<Origin, Review> overtaken = new HashMap<>();
    try {
      for (int tries = 0; ; tries++) {
        try {
          if (tries > 0) {
            takeOver(overtaken);
          }
          transactions.commit();
          return overtaken;
        } catch (KafkaException e) {
          if (!Transactions.isFenced(e) || tries == MOST_TRIES) {
            throw e;
          }
          Utils.sleep(ThreadLocalRandom.current().nextLong(FIRST_BACKOFF.toMillis() << tries));
        }
      }
    } finally {
      pending.clear();
    }
  }

  private void takeOver(Map<Origin, Review> overtaken) {
    transactions.close();
    transactions = opening.get();
    Map<Origin, Review> sent = sentSince();
    for (Pending one : List.copyOf(pending)) {
      Optional<Review> ours = one.decision().map(DecisionRecords::review);
      Review first = ours.map(review -> sent.get(review.getOrigin())).orElse(null);
      if (first == null) {
        one.all().forEach(transactions::add);
      } else {
        pending.remove(one);
        // Ours where the commit came through and its answer did not.
        if (first.getRun().isEmpty() || !first.getRun().equals(ours.get().getRun())) {
          overtaken.put(first.getOrigin(), first);
        }
      }
    }
  }

  /** The reviews that sent an entry and are not known yet. */
  private Map<Origin, Review> sentSince() {
    Map<Origin, Review> sent = new HashMap<>();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      Map<TopicPartition, Stretch> stretches = new HashMap<>();
      log.ends(known.keySet())
          .forEach((tp, end) -> stretches.put(tp, new Stretch(known.put(tp, end), end)));
      log.readAll(
          stretches,
          record ->
              topics
                  .reviews()
                  .decode(record.value())
                  .filter(review -> !review.getDecision().equals(Decision.REJECTED.name()))
                  .ifPresent(review -> sent.put(review.getOrigin(), review)));
    }
    return sent;
  }

  @Override
  public void close() {
    transactions.close();
  }
}
