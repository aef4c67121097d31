package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * All groups of a cluster at one moment, as {@code GET /v1/lag} answers.
 *
 * @param at when they were looked at; 1970 where they never were
 * @param intervalSeconds time from one look to the next
 * @param groups by name
 * @param trouble why there is nothing newer, in a sentence; empty while all is well
 * @param blind what is not seen though all is well, and how it could be; empty where all is seen
 */
public record LagReport(
    Instant at,
    double intervalSeconds,
    List<GroupLag> groups,
    Optional<String> trouble,
    Optional<String> blind) {

  public LagReport {
    groups = List.copyOf(groups);
  }

  /** Nothing was looked at yet. */
  public static LagReport nothingYet(Duration interval) {
    return new LagReport(
        Instant.EPOCH, interval.toMillis() / 1e3, List.of(), Optional.empty(), Optional.empty());
  }

  /** Whether the groups were looked at at least once. */
  @JsonProperty
  public boolean ready() {
    return !at.equals(Instant.EPOCH);
  }

  /** A group by its name. */
  public Optional<GroupLag> group(String name) {
    return groups.stream().filter(group -> group.group().equals(name)).findFirst();
  }

  /** This report with these groups alone. */
  public LagReport with(List<GroupLag> some) {
    return new LagReport(at, intervalSeconds, some, trouble, blind);
  }

  /** This report with each group changed. */
  public LagReport map(UnaryOperator<GroupLag> change) {
    return with(groups.stream().map(change).toList());
  }

  /** This report, marked as old. */
  public LagReport withTrouble(String why) {
    return new LagReport(at, intervalSeconds, groups, Optional.of(why), blind);
  }
}
