package io.pairstream.cli.archive;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Quantity;
import io.pairstream.cli.command.Resumable;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.archive.RawArchive;
import io.pairstream.tools.archive.RawArchive.ArchiveReport;
import io.pairstream.tools.archive.RawArchive.Held;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream archive}: keeps the raw log in files. */
@Command(name = "archive")
public final class ArchiveCommand extends ClusterCommand implements Resumable {

  /** Kafka keeps raw records for days, and each time makes a file for each partition. */
  private static final long FOLLOW_EVERY_MINUTES = 10;

  @Parameters(paramLabel = "DIR")
  private Path folder;

  @Option(names = "--follow")
  private boolean follow;

  @Option(names = "--remove-withdrawn")
  private boolean removeWithdrawn;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (RawArchive archive = new RawArchive(access(), folder)) {
      do {
        ArchiveReport report = archive.run(removeWithdrawn);
        answer(report, () -> print(report));
      } while (isDueAgain());
    }
    return ExitStatus.DONE;
  }

  private boolean isDueAgain() throws InterruptedException {
    if (follow) {
      TimeUnit.MINUTES.sleep(FOLLOW_EVERY_MINUTES);
    }
    return follow;
  }

  private void print(ArchiveReport report) {
    Table table = new Table();
    for (Held held : report.held()) {
      table.row(
          held.partition(),
          TerminalText.format("%d file(|s)", held.files()),
          "offsets " + held.first() + " to " + held.last(),
          Quantity.bytes(held.bytes()));
    }
    print(table);
    count("%d withdrawn record(|s) (was|were) taken out of earlier files", report.removed());
    count("%d withdrawn record(|s) (was|were) left out", report.withdrawn());
    report
        .missing()
        .forEach(
            (partition, offsets) ->
                say(
                    "pairstream: %d offset(|s) of %s had left the log before the archiving",
                    offsets, partition));
    print(
        "%d record(|s) archived now; %s has all that is committed and not withdrawn, %s in %d file(|s)",
        report.records(),
        folder,
        Quantity.bytes(report.held().stream().mapToLong(Held::bytes).sum()),
        report.held().stream().mapToInt(Held::files).sum());
  }
}
