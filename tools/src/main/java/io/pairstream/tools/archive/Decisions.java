package io.pairstream.tools.archive;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.Pages;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** People's decisions about the pairs of a data set: takedowns and reviews. */
final class Decisions implements AutoCloseable {

  private final ClusterAccess cluster;
  private final CaptionBytes captions;
  private final List<String> topics;
  private final CommittedLog log;
  private final Pages pages;
  private final Map<String, ConsumerRecord<byte[], byte[]>> inForce = new LinkedHashMap<>();
  private final Set<String> withdrawn = new HashSet<>();

  Decisions(ClusterAccess cluster) {
    this.cluster = cluster;
    this.captions = new CaptionBytes(cluster.topics().crowdsourced());
    this.log = CommittedLog.open(cluster);
    this.topics = List.of(cluster.topics().takedowns().name(), cluster.topics().reviews().name());
    this.pages = new Pages(log, log.partitions(topics), Map.of());
  }

  /**
   * The takedowns and reviews that were made since the last time, all at first; without a value,
   * those that were lifted.
   */
  Collection<ConsumerRecord<byte[], byte[]>> readOn() {
    Map<String, ConsumerRecord<byte[], byte[]>> last = new LinkedHashMap<>();
    pages.readOn(
        record -> {
          if (!RefusalKey.is(CommittedLog.key(record))) {
            last.put(record.topic() + "/" + CommittedLog.key(record), record);
          }
        });
    last.forEach(
        (key, record) -> {
          note(record.topic(), CommittedLog.key(record), record.value());
          inForce.put(key, record);
        });
    inForce.values().removeIf(record -> record.value() == null);
    return last.values();
  }

  /** Takes a decision from elsewhere for one that is in force. */
  void note(String topic, String key, byte[] value) {
    if (value == null) {
      withdrawn.remove(key);
    } else if (topic.equals(cluster.topics().takedowns().name())) {
      withdrawn.add(key);
    }
  }

  /** All that are in force, as far as was read. */
  Collection<ConsumerRecord<byte[], byte[]>> inForce() {
    return inForce.values();
  }

  /** Whether this data set has no decisions yet. */
  boolean areNone() {
    return log.ends(log.partitions(topics)).values().stream().allMatch(end -> end == 0);
  }

  /** Whether one of these takedowns is in force. */
  boolean isWithdrawn(List<String> takedownKeys) {
    return takedownKeys.stream().anyMatch(withdrawn::contains);
  }

  /** Keys of the takedowns that a raw record falls under; none where it cannot be read. */
  List<String> takedownKeys(byte[] value) {
    Optional<RawPair> read = cluster.topics().crowdsourced().decode(value);
    if (read.isEmpty()) {
      return List.of();
    }
    RawPair pair = read.get();
    String digest = PairIdentity.imageDigest(pair.getImage());
    ByteBuffer caption = captions.of(pair.getCaption(), value);
    return TakedownKind.keysOf(PairIdentity.pairId(digest, caption), digest, pair.getMetadata());
  }

  @Override
  public void close() {
    log.close();
  }
}
