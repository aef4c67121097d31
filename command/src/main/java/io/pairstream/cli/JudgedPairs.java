package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Waits until the topology has decided every raw pair that is on the topics now. */
final class JudgedPairs {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final ClusterAccess access;
  private final PrintWriter err;
  private final boolean live;

  /**
   * @param live whether a person looks, and gets a bar; others get a line every ten seconds
   */
  JudgedPairs(ClusterAccess access, PrintWriter err, boolean live) {
    this.access = access;
    this.err = err;
    this.live = live;
  }

  /** Returns once none of them waits; links that are still to be fetched are not waited for. */
  void await() {
    List<String> raw =
        List.of(access.topics().crowdsourced().name(), access.topics().scraped().name());
    Map<TopicPartition, Long> starts;
    Map<TopicPartition, Long> ends;
    try (KafkaConsumer<byte[], byte[]> consumer = access.consumer(Map.of())) {
      List<TopicPartition> partitions =
          raw.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(found -> new TopicPartition(found.topic(), found.partition()))
              .toList();
      starts = consumer.beginningOffsets(partitions);
      ends = consumer.endOffsets(partitions);
    }
    try (Admin admin = access.admin()) {
      long all = waiting(admin, starts, ends);
      try (ProgressBar bar = live ? bar(all) : null) {
        long saidAt = System.nanoTime() - BETWEEN_LINES.toNanos();
        for (long left = all; left > 0; left = waiting(admin, starts, ends)) {
          long waiting = left;
          Optional.ofNullable(bar).ifPresent(shown -> shown.stepTo(all - waiting));
          if (bar == null && System.nanoTime() - saidAt >= BETWEEN_LINES.toNanos()) {
            err.printf("raw pairs that wait to be judged: %,d%n", left);
            err.flush();
            saidAt = System.nanoTime();
          }
          LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
      }
    }
  }

  /** Raw pairs before those ends that the topology has not committed. */
  private long waiting(
      Admin admin, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> committed =
        ClusterAccess.committedAndSettled(admin, access.dataset().preprocessGroup(), ends.keySet());
    return ends.entrySet().stream()
        .mapToLong(
            end -> {
              long start = starts.get(end.getKey());
              long from = Math.max(start, committed.getOrDefault(end.getKey(), start));
              return Math.max(0, end.getValue() - from);
            })
        .sum();
  }

  private static ProgressBar bar(long all) {
    return new ProgressBarBuilder()
        .setTaskName("judging")
        .setInitialMax(all)
        .setUnit(" pairs", 1)
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
        .build();
  }
}
