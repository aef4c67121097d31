package io.pairstream.operations.lag;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures the lag of a data set's groups: the fetchers on links, preprocessing on the raw topics
 * and on its repartition topic, and the trainer's feed on training.
 *
 * <p>Fetchers finish links out of order and commit the first that is unfinished, so some of theirs
 * that seem to wait are done.
 */
public final class ReadLag {

  private final ClusterAccess cluster;
  private final Clock clock;

  /**
   * @param clock what ages are measured with; agrees with the brokers' clocks
   */
  public ReadLag(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  /** One line per group and partition, in the order that records travel. */
  public List<UnreadPartition> read() {
    Dataset dataset = cluster.dataset();
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      List<String> upstream = new ArrayList<>(cluster.topics().rawNames());
      upstream.add(TopicCatalogue.repartitionTopic(dataset));

      List<UnreadPartition> lags = new ArrayList<>();
      lags.addAll(
          of(
              admin,
              log,
              dataset.fetchGroup(),
              List.of(
                  dataset.topic(TopicCatalogue.LINKS),
                  dataset.topic(TopicCatalogue.WAITING_LINKS))));
      lags.addAll(of(admin, log, dataset.preprocessGroup(), upstream));
      lags.addAll(
          of(admin, log, dataset.feedGroup(), List.of(dataset.topic(TopicCatalogue.TRAINING))));
      return lags;
    }
  }

  private List<UnreadPartition> of(
      Admin admin, CommittedLog log, String group, List<String> topics) {
    List<TopicPartition> partitions =
        topics.stream().flatMap(topic -> log.partitions(topic).stream()).toList();
    // In this order: a group that moves on meanwhile seems neither to have lost records nor to be
    // ahead of the end.
    Map<TopicPartition, Long> starts = log.beginnings(partitions);
    Map<TopicPartition, Long> committed = ClusterAccess.committed(admin, group, partitions);
    Map<TopicPartition, Long> ends = log.ends(partitions);

    Map<TopicPartition, Stretch> unread = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long start = starts.get(partition);
      long next = Math.max(start, committed.getOrDefault(partition, start));
      unread.put(partition, new Stretch(next, ends.get(partition)));
    }
    Map<TopicPartition, Long> headTimes = new HashMap<>();
    log.read(
        unread,
        record -> {
          headTimes.put(new TopicPartition(record.topic(), record.partition()), record.timestamp());
          return false;
        });

    return partitions.stream()
        .map(
            partition -> {
              Long next = committed.get(partition);
              Long headTime = headTimes.get(partition);
              Stretch stretch = unread.get(partition);
              return new UnreadPartition(
                  group,
                  partition.topic(),
                  partition.partition(),
                  next == null ? OptionalLong.empty() : OptionalLong.of(next),
                  starts.get(partition),
                  stretch.to(),
                  headTime == null ? 0 : stretch.to() - stretch.from(),
                  Optional.ofNullable(headTime).map(this::age),
                  next == null ? 0 : Math.max(0, starts.get(partition) - next));
            })
        .toList();
  }

  private Duration age(long epochMillis) {
    return Duration.ofMillis(Math.max(0, clock.millis() - epochMillis));
  }
}
