package io.pairstream.operations.why;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.CaptionBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Answers what became of a pair, from its receipt and its entry in quarantine.
 *
 * <p>Reads the one partition of each topic that the key belongs on.
 */
public final class PairHistory {

  private static final Pattern COORDINATES = Pattern.compile("(.+)-(\\d{1,9})-(\\d{1,18})");

  private final ClusterAccess cluster;
  private final Topic<String, Receipt> receipts;

  public PairHistory(ClusterAccess cluster) {
    this.cluster = cluster;
    this.receipts = cluster.topics().receipts();
  }

  /**
   * What became of a pair; empty where nothing is known of it.
   *
   * @param id a pair id, or the coordinates {@code topic-partition-offset} of a raw record
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer
   */
  public Optional<PairAnswer> find(String id) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      Optional<Receipt> receipt = lastReceipt(log, id);
      if (receipt.isPresent()) {
        return receipt.map(r -> answer(id, id, r, r.getOrigin(), r.getReceivedAt()));
      }
      return rawCoordinates(id).flatMap(origin -> findRaw(log, id, origin));
    }
  }

  private Optional<PairAnswer> findRaw(CommittedLog log, String id, Origin origin) {
    Optional<ConsumerRecord<byte[], byte[]>> found = rawRecord(log, origin);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Optional<RawPair> raw = decode(found.get());
    String pairId = raw.map(r -> pairId(r, found.get())).orElse("");
    Instant receivedAt =
        raw.map(RawPair::getReceivedAt)
            .orElseGet(() -> Instant.ofEpochMilli(found.get().timestamp()));
    Optional<Receipt> receipt = raw.flatMap(r -> lastReceipt(log, pairId));
    return Optional.of(
        receipt
            .map(r -> answer(id, pairId, r, origin, receivedAt))
            .orElseGet(
                () ->
                    new PairAnswer(
                        id,
                        pairId,
                        PairAnswer.WAITING,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        origin,
                        receivedAt)));
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

  private PairAnswer answer(
      String id, String key, Receipt receipt, Origin origin, Instant receivedAt) {
    boolean decidedElsewhere = !origin.equals(receipt.getOrigin());
    Optional<QuarantineEntry> entry =
        decidedElsewhere || Standing.QUARANTINED.name().equals(receipt.getStanding())
            ? new Quarantine(cluster).entryOf(key, origin, since(origin, receipt))
            : Optional.empty();
    String reason = entry.map(e -> e.pair().getReason()).orElse(receipt.getReason());
    return new PairAnswer(
        id,
        receipt.getPairId(),
        receipt.getStanding(),
        Optional.of(receipt),
        entry,
        remedy(reason),
        origin,
        receivedAt);
  }

  /** A time before which the entry cannot have been written. */
  private static Instant since(Origin origin, Receipt receipt) {
    return origin.equals(receipt.getOrigin()) ? receipt.getDecidedAt() : Instant.EPOCH;
  }

  private static Optional<String> remedy(String reason) {
    return Arrays.stream(RejectReason.values())
        .filter(known -> known.name().equals(reason))
        .map(RejectReason::remedy)
        .findFirst();
  }

  private Optional<Receipt> lastReceipt(CommittedLog log, String key) {
    TopicPartition partition = log.partitionOf(receipts.name(), key);
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    AtomicReference<byte[]> last = new AtomicReference<>();
    log.read(
        log.everything(List.of(partition)),
        record -> {
          if (Arrays.equals(record.key(), wanted)) {
            last.set(record.value());
          }
          return true;
        });
    return Optional.ofNullable(last.get())
        .map(value -> receipts.value().deserializer().deserialize(receipts.name(), value));
  }

  private Optional<Origin> rawCoordinates(String id) {
    Matcher parts = COORDINATES.matcher(id);
    return parts.matches() && cluster.topics().rawNames().contains(parts.group(1))
        ? Optional.of(
            new Origin(
                parts.group(1), Integer.valueOf(parts.group(2)), Long.valueOf(parts.group(3))))
        : Optional.empty();
  }

  private static Optional<ConsumerRecord<byte[], byte[]>> rawRecord(
      CommittedLog log, Origin origin) {
    TopicPartition partition = new TopicPartition(origin.getTopic(), origin.getPartition());
    if (!log.partitions(origin.getTopic()).contains(partition)) {
      return Optional.empty();
    }
    Stretch all = log.everything(List.of(partition)).get(partition);
    long offset = origin.getOffset();
    if (offset < all.from() || offset >= all.to()) {
      return Optional.empty();
    }
    AtomicReference<ConsumerRecord<byte[], byte[]>> found = new AtomicReference<>();
    log.read(
        Map.of(partition, new Stretch(offset, offset + 1)),
        record -> {
          found.set(record);
          return false;
        });
    return Optional.ofNullable(found.get());
  }

  private Optional<RawPair> decode(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          cluster
              .topics()
              .crowdsourced()
              .value()
              .deserializer()
              .deserialize(record.topic(), record.value()));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }
}
