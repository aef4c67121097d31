package io.pairstream.operations.lag.watch;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whose groups count. In a pattern {@code *} stands for any characters.
 *
 * @param counted patterns of groups that decide the headline and page somebody, as the platform's
 *     own do: services that always run
 * @param ignored patterns of groups that are not looked at
 * @param muted patterns of groups that decide nothing until a time
 */
public record GroupChoice(List<String> counted, List<String> ignored, Map<String, Instant> muted) {

  /** The platform's own groups decide, others are shown. */
  public static final GroupChoice OWN = new GroupChoice(List.of(), List.of(), Map.of());

  public GroupChoice {
    counted = List.copyOf(counted);
    ignored = List.copyOf(ignored);
    muted = Map.copyOf(muted);
  }

  boolean isCounted(String group) {
    return matchesAny(counted, group);
  }

  boolean isIgnored(String group) {
    return matchesAny(ignored, group);
  }

  boolean isMuted(String group, Instant now) {
    return muted.entrySet().stream()
        .anyMatch(mute -> now.isBefore(mute.getValue()) && matches(mute.getKey(), group));
  }

  /** Whether a name is like one of the patterns. */
  public static boolean matchesAny(Collection<String> patterns, String group) {
    return patterns.stream().anyMatch(pattern -> matches(pattern, group));
  }

  private static boolean matches(String pattern, String group) {
    return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), group);
  }
}
