package io.pairstream.curation.takedown;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.utils.Utils;

/**
 * How far the topology is: it takes takedowns, and raw records that lie elsewhere, from their topic
 * to the tasks that they concern, and carries them out there; each time it commits how far it has
 * come.
 */
public final class TopologyProgress {

  private static final long PAUSE_MILLIS = 100;

  private final ClusterAccess cluster;
  private final Admin admin;
  private final CommittedLog log;
  private final Duration timeout;
  private final Runnable meanwhile;

  /** When waiting began; the first time that something is waited for. */
  private OptionalLong begunAt = OptionalLong.empty();

  /**
   * @param timeout of all waiting, which begins with the first {@link #await}
   * @param meanwhile runs again and again while it waits
   */
  public TopologyProgress(
      ClusterAccess cluster, Admin admin, CommittedLog log, Duration timeout, Runnable meanwhile) {
    this.cluster = cluster;
    this.admin = admin;
    this.log = log;
    this.timeout = timeout;
    this.meanwhile = meanwhile;
  }

  boolean isOver() {
    return begunAt.isPresent() && System.nanoTime() - begunAt.getAsLong() > timeout.toNanos();
  }

  /**
   * Waits until all tasks have carried out the takedowns that there are now, and what they wrote
   * before can be read.
   *
   * @param outputs partitions that are read afterwards
   * @return whether it is so in time
   */
  boolean await(Collection<TopicPartition> outputs) {
    begunAt = begunAt.isPresent() ? begunAt : OptionalLong.of(System.nanoTime());
    return awaitReadTo(cluster.topics().takedowns().name())
        && awaitReadTo(TopicCatalogue.takedownsByImageTopic(cluster.dataset()))
        && (outputs.isEmpty() || awaitReadable(ClusterAccess.veryEnds(admin, outputs)));
  }

  /**
   * Waits until takedowns are carried out, and every raw record that there is now has its output,
   * receipt and place in the index.
   *
   * @return whether it is so in time
   */
  public boolean awaitAll() {
    return await(List.of())
        && cluster.topics().rawNames().stream().allMatch(this::awaitReadTo)
        && awaitReadTo(TopicCatalogue.repartitionTopic(cluster.dataset()))
        && awaitReadTo(cluster.topics().fingerprints().name(), cluster.dataset().lookUpGroup())
        && awaitReadTo(cluster.topics().findings().name())
        && cluster.topics().splits().keySet().stream()
            .allMatch(split -> awaitReadTo(split, cluster.dataset().indexGroup()));
  }

  /** Whether any process of the topology is there to carry anything out. */
  boolean isAnybodyThere() {
    String group = cluster.dataset().preprocessGroup();
    try {
      return !KafkaAnswers.await(
              admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
          .members()
          .isEmpty();
    } catch (GroupIdNotFoundException e) {
      return false;
    }
  }

  private boolean awaitReadTo(String topic) {
    return awaitReadTo(topic, cluster.dataset().preprocessGroup());
  }

  /** Behind the last record that was read there may be marks of transactions alone. */
  private boolean awaitReadTo(String topic, String group) {
    Map<TopicPartition, Long> ends = ClusterAccess.veryEnds(admin, log.partitions(topic));
    return awaitReadable(ends)
        && awaitUntil(
            () ->
                !anyBetween(ClusterAccess.committedAndSettled(admin, group, ends.keySet()), ends));
  }

  /** A transaction that is committed becomes readable on one partition after another. */
  private boolean awaitReadable(Map<TopicPartition, Long> ends) {
    return awaitUntil(
        () ->
            log.ends(ends.keySet()).entrySet().stream()
                .allMatch(entry -> entry.getValue() >= ends.get(entry.getKey())));
  }

  private boolean awaitUntil(BooleanSupplier isSo) {
    while (!isSo.getAsBoolean()) {
      if (isOver()) {
        return false;
      }
      meanwhile.run();
      Utils.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  private boolean anyBetween(Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
    Map<TopicPartition, Long> beginnings = log.beginnings(to.keySet());
    Map<TopicPartition, Stretch> left = new HashMap<>();
    to.forEach(
        (partition, end) -> {
          long begin = Math.max(from.getOrDefault(partition, 0L), beginnings.get(partition));
          left.put(partition, new Stretch(begin, end));
        });
    AtomicBoolean any = new AtomicBoolean();
    log.read(
        left,
        record -> {
          any.set(true);
          return false;
        });
    return any.get();
  }
}
