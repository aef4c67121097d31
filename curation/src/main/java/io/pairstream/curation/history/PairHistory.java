package io.pairstream.curation.history;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.history.PairAnswer.Admission;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.rejection.Measurements;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Answers what became of a pair or a link, from its receipt, its upload and its entry in
 * quarantine.
 *
 * @param records how records are read while one question is answered: from Kafka's topics, or from
 *     an index of them
 */
public record PairHistory(ClusterAccess cluster, Function<CommittedLog, PairRecords> records) {

  /** The history as Kafka's topics tell it; takes seconds for each 100,000 pairs. */
  public PairHistory(ClusterAccess cluster) {
    this(cluster, log -> new ScannedRecords(cluster, log));
  }

  /**
   * Outcome of a pair or a link; empty where nothing is known of it. A record that was written to
   * Kafka without an ingest API is known by its id once it has an outcome, and by its coordinates
   * at once.
   *
   * @param id a pair id, a link id, or the coordinates {@code topic-partition-offset} of a raw
   *     record, a link or an output
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer
   */
  public Optional<PairAnswer> find(String id) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      return new Question(log, records.apply(log), id).answer();
    }
  }

  /** Answer of {@code why}: as {@link #find}, or the id and that it is unknown. */
  public Object answer(String id) {
    return find(id)
        .<Object>map(known -> known)
        .orElseGet(() -> new Unknown(id, PairAnswer.UNKNOWN));
  }

  private record Unknown(String id, String status) {}

  private final class Question {

    private final PairTopics topics = cluster.topics();
    private final CommittedLog log;
    private final PairRecords records;
    private final String id;

    // Each is null where nothing is known of it.
    private Receipt receipt;
    private Upload upload;
    private QuarantineEntry entry;
    private Instant receivedAt;

    /** Coordinates of the raw record or link. */
    private Origin origin;

    Question(CommittedLog log, PairRecords records, String id) {
      this.log = log;
      this.records = records;
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
          .flatMap(found -> topics.quarantine().decode(found.value()))
          .flatMap(entry -> find(OriginHeader.text(entry.getOrigin())))
          // A raw record may be kept no longer.
          .or(() -> record.map(CommittedLog::key).flatMap(this::find));
    }

    /**
     * @param key id of a pair or a link, or coordinates of a raw record or a link
     */
    private Optional<PairAnswer> find(String key) {
      receipt = records.last(topics.receipts(), key).orElse(null);
      if (receipt != null) {
        origin = receipt.getOrigin();
        receivedAt = ReceivedAt.of(receipt).orElse(null);
        entry = entryOf(key, origin);
        return Optional.of(answer(key));
      }
      upload = records.last(topics.uploads(), key).orElse(null);
      if (upload != null) {
        origin = upload.getOrigin();
        entry = upload.getStatus().equals(PairAnswer.FETCH_FAILED) ? linkEntry() : null;
        return Optional.of(ofUpload());
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

    private boolean isLink() {
      return origin.getTopic().equals(topics.links().name());
    }

    private PairAnswer ofUpload() {
      String pairId = upload.getPairId();
      receipt = pairId.isEmpty() ? null : records.last(topics.receipts(), pairId).orElse(null);
      receivedAt = ReceivedAt.said(upload.getReceivedAt()).orElse(null);
      if (entry == null && receipt != null) {
        entry = entryOf(pairId, receipt.getOrigin());
      }
      return answer(pairId);
    }

    private Optional<PairAnswer> ofLink() {
      entry = linkEntry();
      Optional<ConsumerRecord<byte[], byte[]>> record = log.record(origin);
      if (entry == null && record.isEmpty()) {
        return Optional.empty();
      }
      upload =
          record
              .flatMap(found -> topics.links().decode(found.value()))
              .or(() -> known(entry).flatMap(found -> new Quarantine(cluster).link(found.pair())))
              .map(link -> PairIdentity.linkId(link.getMetadata().getUrl(), link.getCaption()))
              .flatMap(linkId -> records.last(topics.uploads(), linkId))
              .orElse(null);
      if (upload != null) {
        return Optional.of(ofUpload());
      }
      receivedAt =
          record
              .map(found -> Instant.ofEpochMilli(found.timestamp()))
              .orElseGet(() -> entry.pair().getQuarantinedAt());
      return Optional.of(answer(""));
    }

    private QuarantineEntry linkEntry() {
      return records
          .entry(OriginHeader.text(origin))
          .filter(found -> origin.equals(found.pair().getOrigin()))
          .orElse(null);
    }

    private Optional<PairAnswer> ofRaw() {
      Optional<ConsumerRecord<byte[], byte[]>> found = log.record(origin);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Optional<RawPair> raw = topics.crowdsourced().decode(found.get().value());
      String pairId = raw.map(pair -> pairId(pair, found.get())).orElse("");
      receivedAt =
          raw.map(pair -> pair.getMetadata().getReceivedAt())
              .flatMap(ReceivedAt::said)
              .orElseGet(() -> Instant.ofEpochMilli(found.get().timestamp()));
      receipt = raw.flatMap(pair -> records.last(topics.receipts(), pairId)).orElse(null);
      entry = entryOf(pairId, origin);
      return Optional.of(answer(pairId));
    }

    /** Uses the caption's own bytes where its text may differ from them. */
    private String pairId(RawPair raw, ConsumerRecord<byte[], byte[]> record) {
      String imageDigest =
          record.topic().equals(topics.generated().name())
              ? CommittedLog.key(record)
              : PairIdentity.imageDigest(raw.getImage());
      return PairIdentity.pairId(
          imageDigest,
          new CaptionBytes(topics.crowdsourced()).of(raw.getCaption(), record.value()));
    }

    private QuarantineEntry entryOf(String key, Origin raw) {
      if (receipt == null) {
        return null;
      }
      boolean decided = raw.equals(receipt.getOrigin());
      if (decided && !receipt.getStatus().equals(PairStatus.QUARANTINED.name())) {
        return null;
      }
      Instant since = decided ? receipt.getArrivedAt() : Instant.EPOCH;
      return records.entryOf(key, raw, since).orElse(null);
    }

    /**
     * @param key that the pair has in quarantine
     */
    private PairAnswer answer(String key) {
      List<String> keys = receipt == null ? List.of() : takedownKeys(key);
      return new PairAnswer(
          id,
          known(upload).map(Upload::getKind).orElse(isLink() ? PairAnswer.LINK : PairAnswer.PAIR),
          upload != null ? key : known(receipt).map(Receipt::getPairId).orElse(key),
          known(receipt)
              .map(Receipt::getStatus)
              .or(() -> known(upload).map(Upload::getStatus))
              .orElse(isLink() && entry != null ? PairAnswer.FETCH_FAILED : PairAnswer.RECEIVED),
          known(receipt),
          known(upload),
          known(entry),
          known(entry)
              .map(found -> found.pair().getCopyOf())
              .filter(imageDigest -> !imageDigest.isEmpty())
              .flatMap(records::published)
              .orElse(""),
          keys.stream()
              .flatMap(subject -> records.last(topics.takedowns(), subject).stream())
              .findFirst(),
          keys.isEmpty() ? List.of() : records.events(receipt.getPairId(), keys),
          known(entry)
              .map(found -> records.reviews(found.pair().getOrigin()))
              .orElse(List.of())
              .stream()
              .sorted(Comparator.comparing(Review::getReviewedAt))
              .toList(),
          known(receipt)
              .filter(r -> PairStatus.published(r.getStatus()).isPresent())
              .map(r -> records.answers(r.getPairId()))
              .orElse(List.of()),
          known(receipt).filter(r -> !r.getReviewId().isEmpty()).map(this::admission),
          origin,
          known(receivedAt));
    }

    private static <T> Optional<T> known(T any) {
      return Optional.ofNullable(any);
    }

    /**
     * Keys of what may have withdrawn a pair, or for which a copy was rejected: the pair's own
     * takedown, its image's, or that of whom the entry names. A receipt does not know whose the
     * pair is; the newest copy that was rejected does.
     */
    private List<String> takedownKeys(String key) {
      boolean isWithdrawn = receipt.getStatus().equals(PairStatus.WITHDRAWN.name());
      List<String> keys = new ArrayList<>();
      keys.add(TakedownKind.PAIR.key(receipt.getPairId()));
      keys.add(TakedownKind.IMAGE.key(receipt.getImageDigest()));
      keys.add(TakedownKind.PRODUCER.key(receipt.getProducer()));
      known(entry)
          .or(() -> isWithdrawn ? records.entry(key) : Optional.empty())
          .map(QuarantineEntry::pair)
          .filter(pair -> pair.getReason().equals(RejectReason.WITHDRAWN.name()))
          .map(pair -> Measurements.read(pair.getMeasured()).found())
          .ifPresent(
              subject -> {
                keys.add(TakedownKind.PAIR.key(subject)); // the same sample, spelt otherwise
                keys.add(TakedownKind.CONTRIBUTOR.key(subject));
                keys.add(TakedownKind.PRODUCER.key(subject));
                keys.add(TakedownKind.SOURCE.key(subject));
              });
      return keys;
    }

    /** The review that the deciding record names, which its producer may have made up. */
    private Admission admission(Receipt of) {
      Optional<Review> review = records.last(topics.reviews(), of.getReviewId());
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
  }
}
