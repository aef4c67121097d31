package io.pairstream.service.cluster;

import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Partitions that are read on from where the last reading ended. Not thread-safe. */
public final class Pages {

  private final CommittedLog log;
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /**
   * @param log lent for as long as this is used
   * @param from where to begin, for partitions that do not begin at the start of the log
   */
  public Pages(
      CommittedLog log, Collection<TopicPartition> partitions, Map<TopicPartition, Long> from) {
    this.log = log;
    log.beginnings(partitions)
        .forEach((tp, begin) -> next.put(tp, Math.max(begin, from.getOrDefault(tp, begin))));
  }

  /** Reads what was committed since the last time. */
  public void readOn(Consumer<ConsumerRecord<byte[], byte[]>> each) {
    readTo(log.ends(next.keySet()), each);
  }

  /** Reads on to ends that are known, and waits for transactions before them. */
  public void readTo(
      Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<TopicPartition, Stretch> stretches = new HashMap<>();
    ends.forEach((tp, end) -> stretches.put(tp, new Stretch(next.get(tp), end)));
    log.readAll(stretches, each);
    stretches.forEach((tp, stretch) -> next.put(tp, Math.max(stretch.from(), stretch.to())));
  }
}
