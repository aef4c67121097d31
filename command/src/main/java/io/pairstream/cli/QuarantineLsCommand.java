package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.terminal.Table;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
    Table table = new Table();
    for (QuarantineEntry entry : found.subList(Math.max(0, found.size() - limit), found.size())) {
      QuarantineCommand.Read read = QuarantineCommand.Read.of(entry, cluster);
      answer(read, () -> add(read, table));
    }
    if (json()) {
      return ExitStatus.DONE;
    }
    print(table);
    if (found.size() > limit) {
      print("the newest %d; --limit N shows more", limit);
    } else if (found.isEmpty()) {
      print("nothing is in quarantine%s", wanted.map(known -> " for " + known).orElse(""));
    }
    return ExitStatus.DONE;
  }

  private static void add(QuarantineCommand.Read read, Table table) {
    QuarantinedPair pair = read.entry().pair();
    table.row(
        read.entry().key(),
        read.entry().arrivedAt().truncatedTo(ChronoUnit.SECONDS),
        orDash(read.source()),
        pair.getReason(),
        orDash(read.contributor()),
        pair.getDetail() + read.link().map(link -> ": " + link.getUrl()).orElse(""));
  }

  /** So that columns stay columns where nothing is known. */
  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
