package io.pairstream.chaos.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that is known of a run when it is over.
 *
 * @param command that does it again
 * @param machine in words
 * @param phases how long each took, in order
 * @param impossible kinds of faults that this machine does not allow, each with the reason
 * @param notes whatever else a reader has to know
 */
record RunResult(
    ChaosSettings settings,
    String command,
    String machine,
    Instant began,
    Map<String, Duration> phases,
    List<FaultEvent> events,
    List<Sample> samples,
    Map<String, String> impossible,
    Accounts accounts,
    List<Check> checks,
    List<String> notes) {

  boolean passed() {
    return checks.stream().allMatch(Check::kept);
  }

  /** One line. */
  String verdict() {
    List<String> broken =
        checks.stream()
            .filter(check -> !check.kept())
            .map(check -> check.promise() + ": " + check.seen())
            .toList();
    return broken.isEmpty()
        ? "passed: %d records, %d faults, %s, %s"
            .formatted(settings.records(), events.size(), figure("lost"), figure("twice"))
        : "FAILED: " + String.join("; ", broken);
  }

  private String figure(String name) {
    return accounts.figures().getOrDefault(name, 0L) + " " + name;
  }
}
