package io.pairstream.operate.lag.watch;

import io.pairstream.operate.lag.judge.Judgement.Rewind;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every commit of the watched groups, as {@code __consumer_offsets} has them from the first look
 * on. A group that goes back and has read on before the next look is seen here alone.
 *
 * <p>Bounded: of each group the last commit on a partition is kept, and what is not read within
 * some seconds of a look is skipped. Not thread-safe.
 */
final class CommitLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CommitLog.class);

  private static final String TOPIC = Topic.GROUP_METADATA_TOPIC_NAME;
  private static final Duration LONGEST_READING = Duration.ofSeconds(2);
  private static final int LONGEST_ANSWER_MILLIS = 3_000;

  /** Message for operators where the topic cannot be read. */
  private static final String BLIND =
      "the topic "
          + TOPIC
          + " cannot be read, so a group that goes back and has read on before the next look is not"
          + " seen; with ACLs on, allow Read on it";

  private final Admin admin;
  private final CommittedLog log;

  /** Up to where each partition of the topic is read. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  private final Map<String, Map<TopicPartition, Long>> last = new HashMap<>();
  private int partitions;

  /** Message about what cannot be seen; empty where all can. */
  private String blind = "";

  /**
   * @param admin closed by the caller
   */
  CommitLog(ClusterAccess cluster, Admin admin) {
    this.admin = admin;
    log = CommittedLog.openForSmallRecords(cluster);
  }

  /** Message for operators about what cannot be seen; empty where all can. */
  Optional<String> blind() {
    return Optional.of(blind).filter(what -> !what.isEmpty());
  }

  /**
   * Reads what was committed since the last look.
   *
   * @param places where groups are, asked for before: they are the groups that are watched
   * @return from where each group has gone back on which partition, and how far
   */
  Map<String, Map<TopicPartition, Rewind>> read(Map<String, GroupPlace> places) {
    Map<String, Map<TopicPartition, Rewind>> rewinds = new HashMap<>();
    last.keySet().retainAll(places.keySet());
    try {
      if (partitions == 0) {
        partitions =
            Optional.ofNullable(ClusterAccess.existing(admin, Set.of(TOPIC)).get(TOPIC))
                .map(topic -> topic.partitions().size())
                .orElse(0);
      }
      if (partitions > 0) {
        read(places, rewinds);
        blind = "";
        return rewinds;
      }
    } catch (InterruptException e) {
      throw e;
    } catch (AuthorizationException e) {
      partitions = 0;
    } catch (KafkaException e) {
      // A broker that is away comes back, and the next look goes on where this one was.
      return rewinds;
    }
    boolean anyCommit = places.values().stream().anyMatch(each -> !each.positions().isEmpty());
    if (anyCommit && blind.isEmpty()) {
      blind = BLIND;
      LOG.warn("lag: {}", BLIND);
    }
    return rewinds;
  }

  private void read(
      Map<String, GroupPlace> places, Map<String, Map<TopicPartition, Rewind>> rewinds) {
    Set<TopicPartition> wanted =
        places.keySet().stream().map(this::partitionOf).collect(Collectors.toSet());
    Map<TopicPartition, Long> written = ends(wanted, IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, Long> readable = ends(wanted, IsolationLevel.READ_COMMITTED);
    next.keySet().retainAll(wanted);
    written.forEach(next::putIfAbsent);
    Map<TopicPartition, Stretch> unread = new HashMap<>();
    readable.forEach(
        (partition, end) ->
            unread.put(partition, new Stretch(next.getOrDefault(partition, end), end)));
    Set<TopicPartition> skipped =
        log.readWithin(LONGEST_READING, unread, record -> note(record, places.keySet(), rewinds));
    unread.forEach((partition, stretch) -> next.merge(partition, stretch.to(), Math::max));
    last.keySet().removeIf(group -> skipped.contains(partitionOf(group)));
    for (GroupPlace place : places.values()) {
      TopicPartition of = partitionOf(place.group());
      // While a transaction is open, a place may be younger than what is read next.
      if (written.containsKey(of) && written.get(of).equals(readable.get(of))) {
        Map<TopicPartition, Long> commits = commits(place.group());
        place
            .positions()
            .forEach((partition, at) -> commits.putIfAbsent(partition, at.committed()));
      }
    }
  }

  private Map<TopicPartition, Long> commits(String group) {
    return last.computeIfAbsent(group, unused -> new HashMap<>());
  }

  private boolean note(
      ConsumerRecord<byte[], byte[]> record,
      Set<String> watched,
      Map<String, Map<TopicPartition, Rewind>> rewinds) {
    ByteBuffer key = ByteBuffer.wrap(record.key());
    if (key.getShort() != CoordinatorRecordType.OFFSET_COMMIT.id()) {
      return true;
    }
    OffsetCommitKey of = new OffsetCommitKey(new ByteBufferAccessor(key), (short) 0);
    if (!watched.contains(of.group())) {
      return true;
    }
    TopicPartition partition = new TopicPartition(of.topic(), of.partition());
    if (record.value() == null) {
      commits(of.group()).remove(partition);
      return true;
    }
    ByteBuffer value = ByteBuffer.wrap(record.value());
    // Later versions only add fields that may be left out (KIP-915).
    short version = (short) Math.min(value.getShort(), OffsetCommitValue.HIGHEST_SUPPORTED_VERSION);
    long now = new OffsetCommitValue(new ByteBufferAccessor(value), version).offset();
    Long before = commits(of.group()).put(partition, now);
    if (before != null && now < before) {
      rewinds
          .computeIfAbsent(of.group(), unused -> new HashMap<>())
          .merge(partition, new Rewind(before, now), Rewind::and);
    }
    return true;
  }

  /** The partition that has all commits of a group, as coordinators choose it. */
  private TopicPartition partitionOf(String group) {
    return new TopicPartition(TOPIC, Utils.abs(group.hashCode()) % partitions);
  }

  /** Leaves out partitions whose leader does not answer. */
  private Map<TopicPartition, Long> ends(Set<TopicPartition> of, IsolationLevel isolation) {
    return WatchedLogs.collect(
        of,
        admin.listOffsets(
            of.stream().collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest())),
            new ListOffsetsOptions(isolation).timeoutMs(LONGEST_ANSWER_MILLIS)));
  }

  @Override
  public void close() {
    log.close();
  }
}
