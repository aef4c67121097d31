package io.pairstream.tools.groups;

import io.pairstream.service.cluster.CommittedLog;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.TopicPartition;

/** Where a group is to go on reading. */
@FunctionalInterface
public interface ResetTarget {

  /** The offset on a partition. */
  long on(TopicPartition partition, CommittedLog log);

  /** An offset that the caller names. */
  record At(long offset) implements ResetTarget {

    @Override
    public long on(TopicPartition partition, CommittedLog log) {
      return offset;
    }
  }

  /**
   * Reads what a person writes: {@code earliest}, {@code latest}, an offset, a time such as {@code
   * 2026-11-20T03:00:00Z}, or a time that has passed since, such as {@code 90m}.
   *
   * @throws IllegalArgumentException where it is none of these; the message says what is right
   */
  static ResetTarget parse(String text, Clock clock) {
    if (text.equals("earliest")) {
      return (partition, log) -> log.beginnings(List.of(partition)).get(partition);
    } else if (text.equals("latest")) {
      return (partition, log) -> log.ends(List.of(partition)).get(partition);
    } else if (text.matches("\\d{1,18}")) {
      return new At(Long.parseLong(text));
    }
    try {
      long millis =
          text.matches("\\d{1,9}[smhd]")
              ? clock.instant().minus(passed(text)).toEpochMilli()
              : Instant.parse(text).toEpochMilli();
      return (partition, log) -> log.offsetAt(partition, millis);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "must be earliest, latest, an offset, a time such as 2026-11-20T03:00:00Z, or how long"
              + " ago, such as 90m; was '"
              + text
              + "'",
          e);
    }
  }

  private static Duration passed(String text) {
    String iso = text.toUpperCase(Locale.ROOT);
    return Duration.parse(iso.endsWith("D") ? "P" + iso : "PT" + iso);
  }
}
