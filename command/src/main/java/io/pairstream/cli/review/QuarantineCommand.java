package io.pairstream.cli.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.terminal.Table;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream quarantine}: what was rejected. */
@Command(
    name = "quarantine",
    subcommands = {
      QuarantineCommand.Ls.class,
      QuarantineShowCommand.class,
      QuarantineReplayCommand.class
    })
public final class QuarantineCommand {

  /** One of the reasons that there are, in either case; empty where none is asked for. */
  static Optional<String> checkedReason(String reason, PairstreamCommand command) {
    if (reason == null) {
      return Optional.empty();
    }
    String name = reason.toUpperCase(Locale.ROOT);
    List<String> all = Arrays.stream(RejectReason.values()).map(Enum::name).toList();
    List<String> near = all.stream().filter(known -> known.contains(name)).toList();
    command.require(
        all.contains(name),
        "there is no reason %s; there are %s"
            .formatted(reason, String.join(", ", near.isEmpty() ? all : near)));
    return Optional.of(name);
  }

  /** {@code pairstream quarantine ls}: the newest entries, the last one last. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    @Option(names = "--reason", paramLabel = "REASON")
    private String reason;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50")
    private int limit;

    @Override
    public Integer call() {
      requireAtLeast(1, "--limit", limit);
      Optional<String> wanted = checkedReason(reason, this);
      ClusterAccess cluster = access();
      List<QuarantineEntry> found = new Quarantine(cluster).newest(wanted.orElse(null), limit);
      Table table = new Table();
      for (QuarantineEntry entry : found) {
        QuarantinePrinter.Read read = QuarantinePrinter.Read.of(entry, cluster);
        answer(read, () -> add(read, table));
      }
      print(table);
      if (!json() && found.isEmpty()) {
        print("nothing is in quarantine%s", wanted.map(known -> " for " + known).orElse(""));
      } else if (!json() && found.size() == limit) {
        print("the newest %d; --limit N shows up to N", limit);
      }
      return ExitStatus.DONE;
    }

    private static void add(QuarantinePrinter.Read read, Table table) {
      QuarantinedPair pair = read.entry().pair();
      table.row(
          read.entry().key(),
          read.entry().arrivedAt().truncatedTo(ChronoUnit.SECONDS),
          read.source(),
          pair.getReason(),
          read.contributor(),
          pair.getProducer(),
          pair.getDetail()
              + read.link().map(link -> ": " + link.getMetadata().getUrl()).orElse(""));
    }
  }
}
