package io.pairstream.operations.why;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.operations.review.Quarantine;
import io.pairstream.operations.review.QuarantineEntry;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Answers what became of a pair or a link, from its receipt, its upload and its entry in
 * quarantine.
 *
 * <p>Reads the one partition of each topic that the key belongs on, and the audit trail.
 */
public final class PairHistory {

  private static final Pattern COORDINATES = Pattern.compile("(.+)-(\\d{1,9})-(\\d{1,18})");

  private final ClusterAccess cluster;
  private final Topic<String, Receipt> receipts;
  private final Topic<String, Upload> uploads;
  private final Topic<String, PairLink> links;

  public PairHistory(ClusterAccess cluster) {
    this.cluster = cluster;
    this.receipts = cluster.topics().receipts();
    this.uploads = cluster.topics().uploads();
    this.links = cluster.topics().links();
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
      Optional<Origin> output = coordinates(id).filter(at -> isOutput(at.getTopic()));
      return output.isPresent() ? findOutput(log, id, output.get()) : find(log, id, id);
    }
  }

  /**
   * @param id what was asked for
   * @param key id of a pair or a link, or raw coordinates
   */
  private Optional<PairAnswer> find(CommittedLog log, String id, String key) {
    Optional<Receipt> receipt = last(log, receipts, key);
    if (receipt.isPresent()) {
      Origin origin = receipt.get().getOrigin();
      return Optional.of(
          answer(
              log,
              id,
              key,
              receipt,
              Optional.empty(),
              entryOf(key, receipt, origin),
              origin,
              ReceivedAt.of(receipt.get())));
    }
    Optional<Upload> upload = last(log, uploads, key);
    if (upload.isPresent()) {
      return upload.map(
          u ->
              ofUpload(
                  log,
                  id,
                  u,
                  u.getOrigin(),
                  PairAnswer.FETCH_FAILED.equals(u.getStanding())
                      ? linkEntry(u.getOrigin())
                      : Optional.empty()));
    }
    Optional<Origin> origin = coordinates(key);
    return origin.isPresent() && origin.get().getTopic().equals(links.name())
        ? findLink(log, id, origin.get())
        : origin
            .filter(at -> cluster.topics().rawNames().contains(at.getTopic()))
            .flatMap(at -> findRaw(log, id, at));
  }

  /** Of the pair that is an output's key; of that very copy, where it is one in quarantine. */
  private Optional<PairAnswer> findOutput(CommittedLog log, String id, Origin at) {
    Optional<ConsumerRecord<byte[], byte[]>> output = log.record(at).filter(r -> r.key() != null);
    Topic<String, QuarantinedPair> quarantine = cluster.topics().quarantine();
    Optional<String> raw =
        output
            .filter(record -> record.topic().equals(quarantine.name()))
            .flatMap(record -> cluster.decode(quarantine, record.value()))
            .map(entry -> OriginHeader.text(entry.getOrigin()));
    Optional<String> key = output.map(r -> new String(r.key(), StandardCharsets.UTF_8));
    // A raw record may be kept no longer.
    return raw.flatMap(origin -> find(log, id, origin))
        .or(() -> key.flatMap(pair -> find(log, id, pair)));
  }

  private PairAnswer ofUpload(
      CommittedLog log,
      String id,
      Upload upload,
      Origin origin,
      Optional<QuarantineEntry> failedLink) {
    String pairId = upload.getPairId();
    Optional<Receipt> receipt =
        pairId.isEmpty() || pairId.equals(id) ? Optional.empty() : last(log, receipts, pairId);
    return answer(
        log,
        id,
        pairId,
        receipt,
        Optional.of(upload),
        failedLink.or(() -> receipt.flatMap(r -> entryOf(pairId, receipt, r.getOrigin()))),
        origin,
        ReceivedAt.said(upload.getReceivedAt()));
  }

  private Optional<PairAnswer> findLink(CommittedLog log, String id, Origin origin) {
    Optional<QuarantineEntry> failed = linkEntry(origin);
    Optional<ConsumerRecord<byte[], byte[]>> record = log.record(origin);
    if (failed.isEmpty() && record.isEmpty()) {
      return Optional.empty();
    }
    Optional<Upload> upload =
        record
            .flatMap(r -> cluster.decode(links, r.value()))
            .or(() -> failed.flatMap(entry -> new Quarantine(cluster).link(entry.pair())))
            .flatMap(l -> last(log, uploads, PairIdentity.linkId(l.getUrl(), l.getCaption())));
    Optional<Instant> receivedAt =
        record
            .map(r -> Instant.ofEpochMilli(r.timestamp()))
            .or(() -> failed.map(entry -> entry.pair().getQuarantinedAt()));
    return Optional.of(
        upload.isPresent()
            ? ofUpload(log, id, upload.get(), origin, failed)
            : answer(log, id, "", Optional.empty(), Optional.empty(), failed, origin, receivedAt));
  }

  /** The entry of a link that failed, whose key is its coordinates. */
  private Optional<QuarantineEntry> linkEntry(Origin origin) {
    return new Quarantine(cluster)
        .show(OriginHeader.text(origin))
        .filter(entry -> origin.equals(entry.pair().getOrigin()));
  }

  private Optional<PairAnswer> findRaw(CommittedLog log, String id, Origin origin) {
    Optional<ConsumerRecord<byte[], byte[]>> found = log.record(origin);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Optional<RawPair> raw = cluster.decode(cluster.topics().crowdsourced(), found.get().value());
    String pairId = raw.map(r -> pairId(r, found.get())).orElse("");
    Optional<Instant> receivedAt =
        raw.map(RawPair::getReceivedAt)
            .flatMap(ReceivedAt::said)
            .or(() -> Optional.of(Instant.ofEpochMilli(found.get().timestamp())));
    Optional<Receipt> receipt = raw.flatMap(r -> last(log, receipts, pairId));
    return Optional.of(
        answer(
            log,
            id,
            pairId,
            receipt,
            Optional.empty(),
            entryOf(pairId, receipt, origin),
            origin,
            receivedAt));
  }

  /** By the caption's own bytes where its text may hide what they are. */
  private String pairId(RawPair raw, ConsumerRecord<byte[], byte[]> record) {
    String imageDigest = PairIdentity.imageDigest(raw.getImage());
    if (!CaptionBytes.isDoubtful(raw.getCaption())) {
      return PairIdentity.pairId(imageDigest, raw.getCaption());
    }
    CaptionBytes captions =
        new CaptionBytes(cluster.registry(), cluster.topics().crowdsourced().name() + "-value");
    return PairIdentity.pairId(imageDigest, captions.of(record.value()));
  }

  /**
   * The parameters as in {@link PairAnswer}.
   *
   * @param key that the pair has in quarantine
   */
  private PairAnswer answer(
      CommittedLog log,
      String id,
      String key,
      Optional<Receipt> receipt,
      Optional<Upload> upload,
      Optional<QuarantineEntry> entry,
      Origin origin,
      Optional<Instant> receivedAt) {
    boolean isLink = origin.getTopic().equals(links.name());
    Optional<Withdrawals> withdrawals =
        receipt.map(r -> Withdrawals.of(cluster, log, key, r, entry));
    return new PairAnswer(
        id,
        upload.map(Upload::getKind).orElse(isLink ? PairAnswer.LINK : PairAnswer.PAIR),
        upload.isPresent() ? key : receipt.map(Receipt::getPairId).orElse(key),
        receipt
            .map(Receipt::getStanding)
            .or(() -> upload.map(Upload::getStanding))
            .orElse(isLink && entry.isPresent() ? PairAnswer.FETCH_FAILED : PairAnswer.RECEIVED),
        receipt,
        upload,
        entry,
        withdrawals.flatMap(Withdrawals::inForce),
        withdrawals.map(Withdrawals::events).orElse(List.of()),
        reviews(log, entry),
        receipt.flatMap(r -> admission(log, r)),
        origin,
        receivedAt);
  }

  /** The review that the deciding record names, which its producer may have made up. */
  private Optional<Admission> admission(CommittedLog log, Receipt receipt) {
    String reviewId = receipt.getReviewId();
    if (reviewId.isEmpty()) {
      return Optional.empty();
    }
    Optional<Review> review = last(log, cluster.topics().reviews(), reviewId);
    Optional<List<String>> claimed =
        Optional.of(receipt.getOrigin())
            .filter(origin -> cluster.topics().rawNames().contains(origin.getTopic()))
            .flatMap(origin -> log.record(origin))
            .flatMap(raw -> Replay.read(raw.headers()))
            .map(Replay::waived);
    List<String> waived =
        claimed.or(() -> review.map(Review::getWaived).map(List::copyOf)).orElse(List.of());
    return Optional.of(new Admission(reviewId, review, waived));
  }

  private Optional<QuarantineEntry> entryOf(String key, Optional<Receipt> receipt, Origin origin) {
    return receipt
        .filter(
            r ->
                !origin.equals(r.getOrigin())
                    || PairStatus.QUARANTINED.name().equals(r.getStanding()))
        .flatMap(
            r ->
                new Quarantine(cluster)
                    .entryOf(
                        key,
                        origin,
                        origin.equals(r.getOrigin()) ? r.getDecidedAt() : Instant.EPOCH));
  }

  /** What people decided about an entry; a link's is not decided about. */
  private List<Review> reviews(CommittedLog log, Optional<QuarantineEntry> entry) {
    Optional<Origin> origin =
        entry
            .map(found -> found.pair().getOrigin())
            .filter(at -> !at.getTopic().equals(links.name()));
    Map<String, Review> reviews = new HashMap<>();
    origin.ifPresent(
        at ->
            log.readAll(
                cluster.topics().reviews(),
                (id, read) ->
                    read.filter(review -> review.getOrigin().equals(at))
                        .ifPresent(review -> reviews.put(id, review))));
    return reviews.values().stream().sorted(Comparator.comparing(Review::getReviewedAt)).toList();
  }

  /** The last value of a key. */
  private <T> Optional<T> last(CommittedLog log, Topic<String, T> topic, String key) {
    return Optional.ofNullable(LastRecords.of(cluster, log, topic, Set.of(key)).get(key));
  }

  /** Coordinates on a topic of raw records, of links or of outputs. */
  private Optional<Origin> coordinates(String id) {
    Matcher parts = COORDINATES.matcher(id);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String topic = parts.group(1);
    boolean isKnown =
        isOutput(topic)
            || topic.equals(links.name())
            || cluster.topics().rawNames().contains(topic);
    return isKnown
        ? Optional.of(
            new Origin(topic, Integer.valueOf(parts.group(2)), Long.valueOf(parts.group(3))))
        : Optional.empty();
  }

  private boolean isOutput(String topic) {
    PairTopics topics = cluster.topics();
    return Stream.of(topics.training(), topics.validation(), topics.test(), topics.quarantine())
        .anyMatch(output -> output.name().equals(topic));
  }
}
