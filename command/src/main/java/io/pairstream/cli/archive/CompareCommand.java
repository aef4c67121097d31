package io.pairstream.cli.archive;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.terminal.Table;
import io.pairstream.tools.archive.Comparison;
import io.pairstream.tools.archive.Comparison.Change;
import io.pairstream.tools.archive.Comparison.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream compare}: what became of the same pairs in another data set. */
@Command(name = "compare")
public final class CompareCommand extends ClusterCommand {

  @Parameters(paramLabel = "OTHER")
  private String other;

  @Option(names = "--examples", paramLabel = "N", defaultValue = "3")
  private int examples;

  @Override
  public Integer call() {
    requireAtLeast(0, "--examples", examples);
    Dataset there = checked(() -> new Dataset(other));
    Comparison comparison =
        Comparison.of(access(), new ClusterAccess(cluster().with(there)), examples);
    return answer(comparison, () -> print(comparison));
  }

  private void print(Comparison comparison) {
    String here = cluster().dataset().name();
    Table table = new Table().row("", new Table.Figure(here), new Table.Figure(other));
    for (Outcome outcome : comparison.outcomes()) {
      table.row(outcome.outcome(), outcome.here(), outcome.there());
    }
    print(table);
    for (Change change : comparison.changes()) {
      print(
          "%d pair(|s): %s in %s, %s in %s",
          change.pairs(), orNothing(change.here()), here, orNothing(change.there()), other);
      change.examples().forEach(pair -> print("  %s  %s", pair.pairId(), pair.detail()));
    }
    print("compare: %d pair(|s) differ(s|)", comparison.differing());
  }

  private static String orNothing(String outcome) {
    return outcome.isEmpty() ? "nothing" : outcome;
  }
}
