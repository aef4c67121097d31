package io.pairstream.operations.takedown;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.operations.cluster.Pages;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The published pairs that a subject covers, found by reading: receipts, which know pair, image and
 * sample; for contributors and sources the splits themselves. Each record is read once, however
 * often it is asked. Takes about 200 bytes for each pair that is found.
 *
 * <p>A pair covers all that are the same sample: the same image, and a caption that was the same
 * once it was cleaned. Receipts of earlier versions do not tell the sample; then the captions of
 * the image's published pairs are read in their splits.
 */
final class PublishedPairs {

  private final ClusterAccess cluster;
  private final Subject subject;
  private final Map<String, Published> found = new LinkedHashMap<>();

  /** Null before anything is read. */
  private Pages pages;

  /** Samples that no receipt tells, by pair id. */
  private final Map<String, String> readSamples = new HashMap<>();

  /** The receipt of the pair that is the subject, or an empty one. */
  private Receipt own = Receipt.newBuilder().build();

  /**
   * A pair, and where it is.
   *
   * @param sampleId as in its receipt; empty where that does not tell
   */
  record Published(String imageDigest, PairStatus split, String sampleId) {}

  PublishedPairs(ClusterAccess cluster, Subject subject) {
    this.cluster = cluster;
    this.subject = subject;
  }

  /** Reads what was committed since the last time. */
  Map<String, Published> readOn(CommittedLog log) {
    if (subject.kind() != TakedownKind.PAIR) {
      return readAllOn(log);
    }
    Topic<String, Receipt> receipts = cluster.topics().receipts();
    String imageDigest = imageDigest();
    own =
        LastRecords.of(cluster, log, receipts, Set.of(subject.name()))
            .getOrDefault(subject.name(), own);
    if (!imageDigest().equals(imageDigest)) {
      pages = null; // what was read by now was read for pairs of no known image
    }
    return ofOneSample(readAllOn(log), log);
  }

  /** Digest of the image of the pair that is the subject; empty where unknown. */
  String imageDigest() {
    return own.getImageDigest();
  }

  /** Sample of the pair that is the subject; empty where unknown. */
  String sampleId() {
    return own.getSampleId().isEmpty()
        ? readSamples.getOrDefault(subject.name(), "")
        : own.getSampleId();
  }

  private Map<String, Published> ofOneSample(Map<String, Published> ofImage, CommittedLog log) {
    Map<PairStatus, Set<String>> untold = new EnumMap<>(PairStatus.class);
    ofImage.forEach(
        (id, pair) -> {
          if (pair.sampleId().isEmpty() && !readSamples.containsKey(id)) {
            boolean unused = untold.computeIfAbsent(pair.split(), split -> new HashSet<>()).add(id);
          }
        });
    untold.forEach(
        (split, ids) ->
            LastRecords.of(cluster, log, topicOf(split), ids)
                .forEach((id, pair) -> readSamples.put(id, sampleOf(pair))));
    // The sample of a clean caption is called like the pair.
    String sample = sampleId().isEmpty() ? subject.name() : sampleId();
    Map<String, Published> same = new LinkedHashMap<>();
    ofImage.forEach(
        (id, pair) -> {
          String of =
              pair.sampleId().isEmpty() ? readSamples.getOrDefault(id, "") : pair.sampleId();
          if (id.equals(subject.name()) || of.equals(sample)) {
            same.put(id, new Published(pair.imageDigest(), pair.split(), of));
          }
        });
    return same;
  }

  private static String sampleOf(PreparedPair pair) {
    return PairIdentity.pairId(pair.getImageDigest(), pair.getCaption());
  }

  private Topic<String, PreparedPair> topicOf(PairStatus split) {
    PairTopics topics = cluster.topics();
    return switch (split) {
      case TRAINING -> topics.training();
      case VALIDATION -> topics.validation();
      default -> topics.test();
    };
  }

  private Map<String, Published> readAllOn(CommittedLog log) {
    if (pages == null) {
      pages = new Pages(log, partitions(log), Map.of());
    }
    pages.readOn(this::enter);
    return found;
  }

  /** The partitions that hold all there is to know. */
  Collection<TopicPartition> partitions(CommittedLog log) {
    PairTopics topics = cluster.topics();
    return switch (subject.kind()) {
      case PAIR, IMAGE -> log.partitions(topics.receipts().name());
      case SOURCE, CONTRIBUTOR ->
          Stream.of(topics.training(), topics.validation(), topics.test())
              .flatMap(split -> log.partitions(split.name()).stream())
              .toList();
    };
  }

  private void enter(ConsumerRecord<byte[], byte[]> record) {
    String key = CommittedLog.key(record);
    Optional<Published> published =
        record.topic().equals(cluster.topics().receipts().name())
            ? cluster
                .decode(cluster.topics().receipts(), record.value())
                .filter(receipt -> receipt.getPairId().equals(key))
                .flatMap(this::covered)
            : cluster
                .decode(cluster.topics().training(), record.value())
                .flatMap(pair -> covered(pair, splitOf(record.topic())));
    if (published.isPresent()) {
      found.put(key, published.get());
    } else {
      found.remove(key);
    }
  }

  private Optional<Published> covered(Receipt receipt) {
    boolean isMeant =
        subject.kind() == TakedownKind.PAIR
            ? receipt.getPairId().equals(subject.name())
                || receipt.getSampleId().equals(subject.name())
                || receipt.getImageDigest().equals(imageDigest())
            : receipt.getImageDigest().equals(subject.name());
    return isMeant
        ? publishedAs(receipt.getStanding())
            .map(split -> new Published(receipt.getImageDigest(), split, receipt.getSampleId()))
        : Optional.empty();
  }

  /** A standing of which this version knows nothing says of no split that it holds the pair. */
  private static Optional<PairStatus> publishedAs(String word) {
    return Arrays.stream(PairStatus.values())
        .filter(standing -> standing.isPublished() && standing.name().equals(word))
        .findFirst();
  }

  /** Where a record lies, whatever it says of that itself. */
  private PairStatus splitOf(String topic) {
    PairTopics topics = cluster.topics();
    if (topic.equals(topics.training().name())) {
      return PairStatus.TRAINING;
    }
    return topic.equals(topics.validation().name()) ? PairStatus.VALIDATION : PairStatus.TEST;
  }

  private Optional<Published> covered(PreparedPair pair, PairStatus split) {
    return TakedownKind.keysOf(
                pair.getPairId(),
                pair.getImageDigest(),
                pair.getContributor(),
                pair.getSourceKind(),
                pair.getUrl())
            .contains(subject.key())
        ? Optional.of(new Published(pair.getImageDigest(), split, sampleOf(pair)))
        : Optional.empty();
  }
}
