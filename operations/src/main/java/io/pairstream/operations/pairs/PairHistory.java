package io.pairstream.operations.pairs;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.catalogue.PairPage.FoundPair;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.operations.catalogue.PairSearch;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.pairs.PairAnswer.Admission;
import io.pairstream.operations.review.Quarantine;
import io.pairstream.operations.review.QuarantineEntry;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Answers what became of a pair or a link, from its receipt, its upload and its entry in
 * quarantine.
 *
 * <p>Reads the one partition of each topic that the key belongs on, and the audit trail; of a near
 * copy the index of published pairs too.
 */
public final class PairHistory {

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final Quarantine quarantine;

  /** Says where records lie; without it partitions are read whole. */
  private final Optional<PairSearch> index;

  public PairHistory(ClusterAccess cluster) {
    this(cluster, Optional.empty());
  }

  /**
   * The history of what an index knows, which reads single records. It has no answer of what waits,
   * of links, and of what was withdrawn.
   */
  PairHistory(ClusterAccess cluster, PairSearch index) {
    this(cluster, Optional.of(index));
  }

  private PairHistory(ClusterAccess cluster, Optional<PairSearch> index) {
    this.index = index;
    this.cluster = cluster;
    this.topics = cluster.topics();
    this.quarantine = new Quarantine(cluster);
  }

  /**
   * What became of a pair or a link; empty where nothing is known of it. What was written to Kafka
   * without an ingest API is known by its id once something became of it, and by its coordinates at
   * once.
   *
   * @param id a pair id, a link id, or the coordinates {@code topic-partition-offset} of a raw
   *     record, a link or an output
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer
   */
  public Optional<PairAnswer> find(String id) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      return new Question(log, id).answer();
    }
  }

  /** One question, and what is found on the way to its answer. */
  private final class Question {

    private final CommittedLog log;
    private final String id;
    private Optional<Receipt> receipt = Optional.empty();
    private Optional<Upload> upload = Optional.empty();
    private Optional<Instant> receivedAt = Optional.empty();

    /** Coordinates of the raw record or link. */
    private Origin origin;

    Question(CommittedLog log, String id) {
      this.log = log;
      this.id = id;
    }

    Optional<PairAnswer> answer() {
      Optional<Origin> output =
          OriginHeader.parse(id).filter(at -> topics.outputNames().contains(at.getTopic()));
      if (output.isEmpty()) {
        return find(id);
      }
      // Of the pair that is an output's key; of that very copy, where it is one in quarantine.
      Optional<ConsumerRecord<byte[], byte[]>> record = log.record(output.get());
      return record
          .filter(found -> found.topic().equals(topics.quarantine().name()))
          .flatMap(found -> cluster.decode(topics.quarantine(), found.value()))
          .flatMap(entry -> find(OriginHeader.text(entry.getOrigin())))
          // A raw record may be kept no longer.
          .or(() -> record.map(CommittedLog::key).flatMap(this::find));
    }

    /**
     * @param key id of a pair or a link, or coordinates of a raw record or a link
     */
    private Optional<PairAnswer> find(String key) {
      receipt =
          index.isEmpty()
              ? last(topics.receipts(), key)
              : index
                  .get()
                  .receiptAt(topics.receipts().name(), key)
                  .flatMap(at -> receipt(at, key));
      if (receipt.isPresent()) {
        origin = receipt.get().getOrigin();
        receivedAt = ReceivedAt.of(receipt.get());
        return Optional.of(answer(key, entryOf(key, origin)));
      } else if (index.isPresent()) {
        return Optional.empty();
      }
      upload = last(topics.uploads(), key);
      if (upload.isPresent()) {
        origin = upload.get().getOrigin();
        boolean failed = upload.get().getStanding().equals(PairAnswer.FETCH_FAILED);
        return Optional.of(ofUpload(failed ? linkEntry() : Optional.empty()));
      }
      Optional<Origin> at = OriginHeader.parse(key);
      if (at.isEmpty()) {
        return Optional.empty();
      }
      origin = at.get();
      if (isLink()) {
        return ofLink();
      }
      return topics.rawNames().contains(origin.getTopic()) ? ofRaw() : Optional.empty();
    }

    /** As the index says; a withdrawn pair is of topics that it does not hold. */
    private Optional<Receipt> receipt(Origin at, String key) {
      return log.record(at)
          .filter(record -> CommittedLog.key(record).equals(key))
          .flatMap(record -> cluster.decode(topics.receipts(), record.value()))
          .filter(found -> !found.getStanding().equals(PairStatus.WITHDRAWN.name()));
    }

    private boolean isLink() {
      return origin.getTopic().equals(topics.links().name());
    }

    private PairAnswer ofUpload(Optional<QuarantineEntry> failedLink) {
      String pairId = upload.orElseThrow().getPairId();
      receipt = pairId.isEmpty() ? Optional.empty() : last(topics.receipts(), pairId);
      receivedAt = ReceivedAt.said(upload.get().getReceivedAt());
      return answer(
          pairId, failedLink.or(() -> receipt.flatMap(r -> entryOf(pairId, r.getOrigin()))));
    }

    private Optional<PairAnswer> ofLink() {
      Optional<QuarantineEntry> failed = linkEntry();
      Optional<ConsumerRecord<byte[], byte[]>> record = log.record(origin);
      if (failed.isEmpty() && record.isEmpty()) {
        return Optional.empty();
      }
      upload =
          record
              .flatMap(found -> cluster.decode(topics.links(), found.value()))
              .or(() -> failed.flatMap(entry -> quarantine.link(entry.pair())))
              .map(link -> PairIdentity.linkId(link.getUrl(), link.getCaption()))
              .flatMap(linkId -> last(topics.uploads(), linkId));
      if (upload.isPresent()) {
        return Optional.of(ofUpload(failed));
      }
      receivedAt =
          record
              .map(found -> Instant.ofEpochMilli(found.timestamp()))
              .or(() -> failed.map(entry -> entry.pair().getQuarantinedAt()));
      return Optional.of(answer("", failed));
    }

    /** The entry of a link that failed, whose key is its coordinates. */
    private Optional<QuarantineEntry> linkEntry() {
      return quarantine
          .show(OriginHeader.text(origin))
          .filter(entry -> origin.equals(entry.pair().getOrigin()));
    }

    private Optional<PairAnswer> ofRaw() {
      Optional<ConsumerRecord<byte[], byte[]>> found = log.record(origin);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Optional<RawPair> raw = cluster.decode(topics.crowdsourced(), found.get().value());
      String pairId = raw.map(pair -> pairId(pair, found.get().value())).orElse("");
      receivedAt =
          raw.map(RawPair::getReceivedAt)
              .flatMap(ReceivedAt::said)
              .or(() -> Optional.of(Instant.ofEpochMilli(found.get().timestamp())));
      receipt = raw.flatMap(pair -> last(topics.receipts(), pairId));
      return Optional.of(answer(pairId, entryOf(pairId, origin)));
    }

    /** By the caption's own bytes where its text may hide what they are. */
    private String pairId(RawPair raw, byte[] value) {
      String imageDigest = PairIdentity.imageDigest(raw.getImage());
      return CaptionBytes.isDoubtful(raw.getCaption())
          ? PairIdentity.pairId(
              imageDigest,
              new CaptionBytes(cluster.registry(), topics.crowdsourced().name() + "-value")
                  .of(value))
          : PairIdentity.pairId(imageDigest, raw.getCaption());
    }

    /** The entry that a raw record became, as far as the receipt says that it became one. */
    private Optional<QuarantineEntry> entryOf(String key, Origin raw) {
      if (receipt.isEmpty()) {
        return Optional.empty();
      }
      boolean decided = raw.equals(receipt.get().getOrigin());
      Optional<QuarantineEntry> known =
          index
              .flatMap(search -> search.get(OriginHeader.text(raw)))
              .map(FoundPair::row)
              .filter(PairRow::isQuarantined)
              .flatMap(row -> log.record(StoredPairs.at(row.place())))
              .flatMap(quarantine::entry)
              .filter(entry -> entry.pair().getOrigin().equals(raw));
      if (known.isPresent()) {
        return known;
      }
      return decided && !receipt.get().getStanding().equals(PairStatus.QUARANTINED.name())
          ? Optional.empty()
          : quarantine.entryOf(
              key, raw, decided ? ReceivedAt.inKafka(receipt.get()) : Instant.EPOCH);
    }

    /**
     * @param key that the pair has in quarantine
     */
    private PairAnswer answer(String key, Optional<QuarantineEntry> entry) {
      List<String> keys = receipt.map(r -> takedownKeys(key, r, entry)).orElse(List.of());
      Map<String, Takedown> inForce = new HashMap<>();
      Set<String> subjects = new HashSet<>(keys);
      if (!keys.isEmpty()) {
        log.readAll(
            topics.takedowns(),
            (name, read) -> {
              inForce.remove(name);
              read.filter(any -> keys.contains(name))
                  .ifPresent(
                      takedown -> {
                        inForce.put(name, takedown);
                        subjects.add(takedown.getPartOf());
                      });
            });
      }
      return new PairAnswer(
          id,
          upload.map(Upload::getKind).orElse(isLink() ? PairAnswer.LINK : PairAnswer.PAIR),
          upload.isPresent() ? key : receipt.map(Receipt::getPairId).orElse(key),
          receipt
              .map(Receipt::getStanding)
              .or(() -> upload.map(Upload::getStanding))
              .orElse(
                  isLink() && entry.isPresent() ? PairAnswer.FETCH_FAILED : PairAnswer.RECEIVED),
          receipt,
          upload,
          entry,
          copied(entry),
          keys.stream().filter(inForce::containsKey).findFirst().map(inForce::get),
          keys.isEmpty() ? List.of() : events(subjects),
          entry.map(found -> reviews(found.pair().getOrigin())).orElse(List.of()),
          receipt.filter(r -> !r.getReviewId().isEmpty()).map(this::admission),
          origin,
          receivedAt);
    }

    /** The published pair that has the picture which this one nearly copies. */
    private String copied(Optional<QuarantineEntry> entry) {
      String imageDigest = entry.map(found -> found.pair().getCopyOf()).orElse("");
      if (index.isPresent()) {
        return index.get().published(imageDigest).map(FoundPair::id).orElse("");
      }
      Set<String> ids = new LinkedHashSet<>();
      if (!imageDigest.isEmpty()) {
        log.readAll(
            topics.index(),
            (name, read) -> {
              if (read.filter(pair -> pair.getImageDigest().equals(imageDigest)).isPresent()) {
                ids.add(name);
              } else {
                ids.remove(name);
              }
            });
      }
      return ids.stream().findFirst().orElse("");
    }

    /**
     * Keys of what may have withdrawn a pair, or for which a copy was rejected: the pair's own
     * takedown, its image's, or that of whom the entry names. A receipt does not know whose the
     * pair is; the newest copy that was rejected does.
     */
    private List<String> takedownKeys(String key, Receipt of, Optional<QuarantineEntry> entry) {
      boolean isWithdrawn = of.getStanding().equals(PairStatus.WITHDRAWN.name());
      List<String> keys = new ArrayList<>();
      keys.add(TakedownKind.PAIR.key(of.getPairId()));
      keys.add(TakedownKind.IMAGE.key(of.getImageDigest()));
      keys.add(TakedownKind.PRODUCER.key(of.getProducer()));
      entry
          .or(() -> isWithdrawn ? quarantine.show(key) : Optional.empty())
          .map(QuarantineEntry::pair)
          .filter(pair -> pair.getReason().equals(RejectReason.WITHDRAWN.name()))
          .map(QuarantinedPair::getMeasured)
          .ifPresent(
              subject -> {
                keys.add(TakedownKind.PAIR.key(subject)); // the same sample, spelt otherwise
                keys.add(TakedownKind.CONTRIBUTOR.key(subject));
                keys.add(TakedownKind.PRODUCER.key(subject));
                keys.add(TakedownKind.SOURCE.key(subject));
              });
      return keys;
    }

    /** Who withdrew and who lifted these, oldest first, as far back as the audit trail goes. */
    private List<TakedownEvent> events(Set<String> subjects) {
      Map<String, TakedownEvent> events = new HashMap<>();
      log.readAll(
          topics.actions(),
          (name, action) ->
              action
                  .flatMap(TakedownEvent::of)
                  .filter(event -> subjects.contains(event.subject()))
                  .ifPresent(event -> events.put(name, event)));
      return events.values().stream().sorted(Comparator.comparing(TakedownEvent::at)).toList();
    }

    /** The review that the deciding record names, which its producer may have made up. */
    private Admission admission(Receipt of) {
      Optional<Review> review = last(topics.reviews(), of.getReviewId());
      Optional<List<String>> claimed =
          Optional.of(of.getOrigin())
              .filter(at -> topics.rawNames().contains(at.getTopic()))
              .flatMap(log::record)
              .flatMap(raw -> Replay.read(raw.headers()))
              .map(Replay::waived);
      return new Admission(
          of.getReviewId(),
          review,
          claimed.or(() -> review.map(Review::getWaived)).orElse(List.of()));
    }

    /** What people decided about an entry. */
    private List<Review> reviews(Origin entry) {
      Map<String, Review> reviews = new HashMap<>();
      log.readAll(
          topics.reviews(),
          (name, read) ->
              read.filter(review -> review.getOrigin().equals(entry))
                  .ifPresent(review -> reviews.put(name, review)));
      return reviews.values().stream().sorted(Comparator.comparing(Review::getReviewedAt)).toList();
    }

    /** The last value of a key. */
    private <T> Optional<T> last(Topic<String, T> topic, String key) {
      return Optional.ofNullable(log.last(topic, Set.of(key)).get(key));
    }
  }
}
