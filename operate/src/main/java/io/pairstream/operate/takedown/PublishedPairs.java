package io.pairstream.operate.takedown;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.Pages;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The published pairs that a subject covers, found by reading: receipts, which know pair, image and
 * sample; for contributors and sources the splits themselves. Each record is read once, however
 * often it is asked. Takes about 200 bytes for each pair that is found.
 *
 * <p>A pair covers all that are the same sample: the same image, and a caption that was the same
 * once it was cleaned.
 */
final class PublishedPairs {

  private final ClusterAccess cluster;
  private final Subject subject;
  private final Map<String, PairStatus> splits;
  private final Map<String, Published> found = new LinkedHashMap<>();

  /** Null before anything is read. */
  private Pages pages;

  /** The receipt of the pair that is the subject, or an empty one. */
  private Receipt own = Receipt.newBuilder().build();

  /** A pair, where it is, and whose API key it was sent with. */
  record Published(String imageDigest, PairStatus split, String sampleId, String producer) {}

  PublishedPairs(ClusterAccess cluster, Subject subject) {
    this.cluster = cluster;
    this.subject = subject;
    this.splits = cluster.topics().splits();
  }

  /** Reads what was committed since the last time. */
  Map<String, Published> readOn(CommittedLog log) {
    if (subject.kind() == TakedownKind.PAIR) {
      String before = sampleId();
      own =
          log.last(cluster.topics().receipts(), Set.of(subject.name()))
              .getOrDefault(subject.name(), own);
      if (!sampleId().equals(before)) {
        pages = null; // what was read by now was read for pairs of no known sample
      }
    }
    if (pages == null) {
      pages = new Pages(log, partitions(log), Map.of());
    }
    pages.readOn(this::enter);
    return found;
  }

  /** Digest of the image of the pair that is the subject; empty where unknown. */
  String imageDigest() {
    return own.getImageDigest();
  }

  /** Sample of the pair that is the subject; empty where unknown. */
  String sampleId() {
    return own.getSampleId();
  }

  /** The partitions that hold all there is to know. */
  Collection<TopicPartition> partitions(CommittedLog log) {
    return switch (subject.kind()) {
      case PAIR, IMAGE -> log.partitions(cluster.topics().receipts().name());
      case SOURCE, CONTRIBUTOR, PRODUCER -> log.partitions(splits.keySet());
    };
  }

  private void enter(ConsumerRecord<byte[], byte[]> record) {
    String key = CommittedLog.key(record);
    Optional<Published> published =
        record.topic().equals(cluster.topics().receipts().name())
            ? cluster
                .decode(cluster.topics().receipts(), record.value())
                .filter(receipt -> receipt.getPairId().equals(key))
                .filter(this::covers)
                .flatMap(PublishedPairs::published)
            : cluster
                .decode(cluster.topics().training(), record.value())
                .filter(this::covers)
                .map(pair -> published(pair, record.topic()));
    if (published.isPresent()) {
      found.put(key, published.get());
    } else {
      found.remove(key);
    }
  }

  private boolean covers(Receipt receipt) {
    if (subject.kind() == TakedownKind.IMAGE) {
      return receipt.getImageDigest().equals(subject.name());
    }
    // The sample of a clean caption is called like the pair.
    String sample = sampleId().isEmpty() ? subject.name() : sampleId();
    return receipt.getPairId().equals(subject.name()) || receipt.getSampleId().equals(sample);
  }

  private boolean covers(PreparedPair pair) {
    return TakedownKind.keysOf(pair).contains(subject.key());
  }

  private static Optional<Published> published(Receipt receipt) {
    return PairStatus.published(receipt.getStatus())
        .map(
            split ->
                new Published(
                    receipt.getImageDigest(), split, receipt.getSampleId(), receipt.getProducer()));
  }

  /** The topic says which split it is, whatever the record does. */
  private Published published(PreparedPair pair, String topic) {
    return new Published(
        pair.getImageDigest(),
        splits.get(topic),
        PairIdentity.pairId(pair.getImageDigest(), pair.getCaption()),
        pair.getProducer());
  }
}
