package io.pairstream.operations.lag;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All groups of a cluster at one moment.
 *
 * @param at when they were asked for; 1970 where they never were
 * @param ready whether they were asked for at least once
 * @param interval time from one look to the next
 * @param took how long the look took
 * @param groups by name
 * @param trouble why there is nothing newer, in a sentence; empty while all is well
 */
public record LagReport(
    Instant at,
    boolean ready,
    Duration interval,
    Duration took,
    List<GroupLag> groups,
    Optional<String> trouble) {

  public LagReport {
    groups = List.copyOf(groups);
  }

  /** Nothing was looked at yet. */
  public static LagReport nothingYet(Duration interval) {
    return new LagReport(
        Instant.EPOCH, false, interval, Duration.ZERO, List.of(), Optional.empty());
  }

  /** A group by its name. */
  public Optional<GroupLag> group(String name) {
    return groups.stream().filter(group -> group.group().equals(name)).findFirst();
  }

  /** The same with one group alone, or none where there is no such group. */
  public LagReport only(String name) {
    return new LagReport(at, ready, interval, took, group(name).stream().toList(), trouble);
  }

  /** The same, but known to be old. */
  public LagReport withTrouble(String why) {
    return new LagReport(at, ready, interval, took, groups, Optional.of(why));
  }
}
