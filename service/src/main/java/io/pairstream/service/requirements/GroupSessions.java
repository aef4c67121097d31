package io.pairstream.service.requirements;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How long the members of our groups may be silent before others take over, as they ask the broker
 * for it.
 */
public record GroupSessions(Duration preprocess, Duration fetch) {

  /** Of preprocessing, unless the operator says another. */
  public static final Duration PREPROCESS = Duration.ofSeconds(10);

  /** Of fetchers, unless the operator says another. */
  public static final Duration FETCH = Duration.ofSeconds(15);

  /**
   * Those in force.
   *
   * @param settings as the operator gives them, without {@code kafka.} before them
   */
  static GroupSessions of(Map<String, String> settings) {
    return new GroupSessions(
        given(settings, "main.consumer.session.timeout.ms").orElse(PREPROCESS),
        given(settings, "session.timeout.ms").orElse(FETCH));
  }

  private static Optional<Duration> given(Map<String, String> settings, String name) {
    return Optional.ofNullable(settings.get(name))
        .map(String::strip)
        .filter(value -> value.matches("\\d{1,9}"))
        .map(value -> Duration.ofMillis(Long.parseLong(value)));
  }

  Duration shortest() {
    return preprocess.compareTo(fetch) < 0 ? preprocess : fetch;
  }

  Duration longest() {
    return preprocess.compareTo(fetch) < 0 ? fetch : preprocess;
  }
}
