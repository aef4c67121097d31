package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream quarantine ls}: the newest entries, the last one last. */
@Command(name = "ls")
final class QuarantineLsCommand extends ClusterCommand {

  @Option(names = "--reason", paramLabel = "REASON")
  private String reason;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "50")
  private int limit;

  @Override
  public Integer call() {
    requireAtLeast(1, "--limit", limit);
    Optional<String> wanted = QuarantineCommand.checkedReason(reason, this);
    ClusterAccess cluster = access();
    // One more tells whether there are more.
    List<QuarantineEntry> found =
        new Quarantine(cluster).newest(wanted, Math.min(limit, Integer.MAX_VALUE - 1) + 1);
    found.stream()
        .skip(Math.max(0, found.size() - limit))
        .forEach(
            entry -> {
              QuarantinedEntry read = QuarantinedEntry.of(entry, cluster);
              answer(read, () -> print(entry, read));
            });
    if (found.size() > limit && !json()) {
      print("the newest %d; --limit N shows more", limit);
    }
    if (found.isEmpty() && !json()) {
      print("nothing is in quarantine%s", wanted.map(known -> " for " + known).orElse(""));
    }
    return ExitStatus.DONE;
  }

  private void print(QuarantineEntry entry, QuarantinedEntry read) {
    print(
        "%-34s %-20s %-12s %-30s %-20s %s%s",
        read.key(),
        entry.arrivedAt().truncatedTo(ChronoUnit.SECONDS),
        orDash(read.sourceKind().toLowerCase(Locale.ROOT)),
        read.reason(),
        orDash(read.contributor()),
        read.detail(),
        read.url().map(url -> ": " + url).orElse(""));
  }

  /** So that columns stay columns where nothing is known. */
  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
