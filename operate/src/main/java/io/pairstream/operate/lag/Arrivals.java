package io.pairstream.operate.lag;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that came to each topic within the last minute, by where its partitions end, without
 * canaries of this process. Thread-safe.
 */
public final class Arrivals {

  /** Time over which rates are averaged. */
  public static final Duration WINDOW = Duration.ofMinutes(1);

  private record Look(Instant at, Map<String, Long> ends) {}

  private final Deque<Look> looks = new ArrayDeque<>();
  private final Map<String, Long> leftOut = new HashMap<>();

  /** Notes that a record which came to a topic is to count as none, as a canary does. */
  public synchronized void leaveOut(String topic) {
    leftOut.merge(topic, 1L, Long::sum);
  }

  /** Notes a look. */
  public synchronized void note(LagReport report) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    report.groups().stream()
        .flatMap(group -> group.partitions().stream())
        .forEach(each -> ends.put(each.topicPartition(), each.end()));
    Map<String, Long> sums = new HashMap<>();
    ends.forEach((partition, end) -> sums.merge(partition.topic(), end, Long::sum));
    leftOut.forEach((topic, count) -> sums.merge(topic, -count, Long::sum));
    looks.addLast(new Look(report.at(), sums));
    Instant from = report.at().minus(WINDOW);
    while (looks.size() > 2
        && !looks.stream().skip(1).findFirst().orElseThrow().at().isAfter(from)) {
      looks.removeFirst();
    }
  }

  /** Records a second; NaN before the second look, or without one within the last minute. */
  public synchronized double perSecond(String topic, Instant now) {
    Look first = looks.peekFirst();
    Look last = looks.peekLast();
    if (looks.size() < 2 || last.at().isBefore(now.minus(WINDOW))) {
      return Double.NaN;
    }
    Long then = first.ends().get(topic);
    Long end = last.ends().get(topic);
    double seconds = Durations.seconds(Duration.between(first.at(), last.at()));
    return then == null || end == null ? Double.NaN : Math.max(0, end - then) / seconds;
  }
}
