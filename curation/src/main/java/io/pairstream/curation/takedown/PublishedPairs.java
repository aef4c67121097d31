package io.pairstream.curation.takedown;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.Pages;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The published pairs that a subject covers, found by reading: for pairs and images the receipts,
 * which know pair, image and sample; for contributors, producers and sources the index, and from
 * the splits alone what the index does not have yet. Each record is read once, however often it is
 * asked. Takes about 200 bytes for each pair that is found.
 *
 * <p>A pair covers all that are the same sample: the same image, and a caption that was the same
 * once it was cleaned.
 */
final class PublishedPairs {

  private final ClusterAccess cluster;
  private final Subject subject;
  private final Map<String, PairStatus> splits;

  /** By split, since what has left one may have come to another, whichever is read first. */
  private final Map<PairStatus, Map<String, Published>> found = new TreeMap<>();

  /** Null before anything is read. */
  private Pages pages;

  /** The receipt of the pair that is the subject, or an empty one. */
  private Receipt own = Receipt.newBuilder().build();

  /**
   * A pair, where it is, and whose API key it was sent with.
   *
   * @param sampleId empty where the topology is to take it from the receipt
   */
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
      pages = new Pages(log, partitions(log), isOfReceipts() ? Map.of() : readIndex(log));
    }
    pages.readOn(isOfReceipts() ? this::enterReceipt : this::enterPair);
    Map<String, Published> all = new HashMap<>();
    found.values().forEach(all::putAll);
    return all;
  }

  /**
   * Reads the index, and returns up to where it has the splits: it has their records in the order
   * of their offsets.
   */
  private Map<TopicPartition, Long> readIndex(CommittedLog log) {
    Map<TopicPartition, Long> indexed = new HashMap<>();
    log.readAll(
        cluster.topics().index(),
        (id, read) -> {
          read.flatMap(cluster.topics()::place)
              .ifPresent(
                  at ->
                      indexed.merge(
                          new TopicPartition(at.getTopic(), at.getPartition()),
                          at.getOffset() + 1,
                          Math::max));
          enter(id, read.flatMap(entry -> published(id, entry)).orElse(null), splits.values());
        });
    return indexed;
  }

  private boolean isOfReceipts() {
    return subject.kind() == TakedownKind.PAIR || subject.kind() == TakedownKind.IMAGE;
  }

  /** Digest of the image of the pair that is the subject; empty where unknown. */
  String imageDigest() {
    return own.getImageDigest();
  }

  /** Sample of the pair that is the subject; empty where unknown. */
  String sampleId() {
    return own.getSampleId();
  }

  /** The partitions on which the topology says of every pair whether it is published. */
  Collection<TopicPartition> partitions(CommittedLog log) {
    return isOfReceipts()
        ? log.partitions(cluster.topics().receipts().name())
        : log.partitions(splits.keySet());
  }

  private void enterReceipt(ConsumerRecord<byte[], byte[]> record) {
    String key = CommittedLog.key(record);
    Optional<Published> pair =
        cluster
            .topics()
            .receipts()
            .decode(record.value())
            .filter(receipt -> receipt.getPairId().equals(key))
            .filter(this::covers)
            .flatMap(PublishedPairs::published);
    enter(key, pair.orElse(null), splits.values());
  }

  private void enterPair(ConsumerRecord<byte[], byte[]> record) {
    String key = CommittedLog.key(record);
    PairStatus split = splits.get(record.topic());
    Optional<Published> pair =
        cluster
            .topics()
            .training()
            .decode(record.value())
            .map(read -> IndexedPairs.entry(read, split, record))
            .flatMap(entry -> published(key, entry));
    enter(key, pair.orElse(null), List.of(split));
  }

  /**
   * Takes what a record says of a pair.
   *
   * @param pair null where the subject does not cover it
   * @param about the splits of which the record says whether they hold the pair
   */
  private void enter(String id, Published pair, Collection<PairStatus> about) {
    for (PairStatus split : about) {
      Map<String, Published> pairs = found.computeIfAbsent(split, any -> new HashMap<>());
      if (pair != null && pair.split() == split) {
        pairs.put(id, pair);
      } else {
        pairs.remove(id);
      }
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

  private static Optional<Published> published(Receipt receipt) {
    return PairStatus.published(receipt.getStatus())
        .map(
            split ->
                new Published(
                    receipt.getImageDigest(), split, receipt.getSampleId(), receipt.getProducer()));
  }

  /** A pair that the subject covers. */
  private Optional<Published> published(String id, IndexedPair entry) {
    return TakedownKind.keysOf(id, entry).contains(subject.key())
        ? PairStatus.published(entry.getSplit())
            .map(
                split ->
                    new Published(
                        entry.getImageDigest(),
                        split,
                        entry.getSampleId(),
                        entry.getMetadata().getProducer()))
        : Optional.empty();
  }
}
