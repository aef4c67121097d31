package io.pairstream.operations.takedown;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The published pairs that a subject covers, found by reading: receipts, which know pair and image;
 * for contributors and sources the splits themselves. Each record is read once, however often it is
 * asked. Takes about 200 bytes for each pair that is found.
 */
final class PublishedPairs {

  private final ClusterAccess cluster;
  private final Subject subject;
  private final Map<String, Published> found = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> readTo = new HashMap<>();

  /** A pair, and where it is. */
  record Published(String imageDigest, Standing split) {}

  PublishedPairs(ClusterAccess cluster, Subject subject) {
    this.cluster = cluster;
    this.subject = subject;
  }

  /** Reads what was committed since the last time. */
  Map<String, Published> readOn(CommittedLog log) {
    Collection<TopicPartition> partitions = partitions(log);
    Map<TopicPartition, Stretch> stretches = log.everything(partitions);
    stretches.replaceAll(
        (partition, all) -> new Stretch(readTo.getOrDefault(partition, all.from()), all.to()));
    log.read(
        stretches,
        record -> {
          enter(record);
          return true;
        });
    stretches.forEach((partition, read) -> readTo.put(partition, read.to()));
    return found;
  }

  /** The partitions that hold all there is to know. */
  Collection<TopicPartition> partitions(CommittedLog log) {
    PairTopics topics = cluster.topics();
    return switch (subject.kind()) {
      case PAIR -> List.of(log.partitionOf(topics.receipts().name(), subject.name()));
      case IMAGE -> log.partitions(topics.receipts().name());
      case SOURCE, CONTRIBUTOR ->
          Stream.of(topics.training(), topics.validation(), topics.test())
              .flatMap(split -> log.partitions(split.name()).stream())
              .toList();
    };
  }

  private void enter(ConsumerRecord<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    Optional<Published> published =
        record.topic().equals(cluster.topics().receipts().name())
            ? decode(cluster.topics().receipts(), record)
                .filter(receipt -> receipt.getPairId().equals(key))
                .flatMap(this::covered)
            : decode(cluster.topics().training(), record)
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
            : receipt.getImageDigest().equals(subject.name());
    return isMeant
        ? publishedAs(receipt.getStanding())
            .map(split -> new Published(receipt.getImageDigest(), split))
        : Optional.empty();
  }

  /** A standing of which this version knows nothing says of no split that it holds the pair. */
  private static Optional<Standing> publishedAs(String word) {
    return Arrays.stream(Standing.values())
        .filter(standing -> standing.isPublished() && standing.name().equals(word))
        .findFirst();
  }

  /** Where a record lies, whatever it says of that itself. */
  private Standing splitOf(String topic) {
    PairTopics topics = cluster.topics();
    if (topic.equals(topics.training().name())) {
      return Standing.TRAINING;
    }
    return topic.equals(topics.validation().name()) ? Standing.VALIDATION : Standing.TEST;
  }

  private Optional<Published> covered(PreparedPair pair, Standing split) {
    return TakedownKind.keysOf(
                pair.getPairId(),
                pair.getImageDigest(),
                pair.getContributor(),
                pair.getSourceKind(),
                pair.getUrl())
            .contains(subject.key())
        ? Optional.of(new Published(pair.getImageDigest(), split))
        : Optional.empty();
  }

  /** What is removed or cannot be read is not published. */
  private <T> Optional<T> decode(Topic<String, T> topic, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), record.value()));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }
}
