package io.pairstream.cli;

import io.pairstream.feed.view.named.NamedView;
import io.pairstream.feed.view.named.ViewLog;
import java.util.Locale;
import java.util.SortedSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream view drop}: takes a named view away. */
@Command(name = "drop")
final class ViewDropCommand extends ViewCommand.OnViews {

  @Parameters(paramLabel = "NAME")
  private String name;

  @Option(names = "--yes")
  private boolean yes;

  @Override
  public Integer call() {
    SortedSet<String> runs = store().runsOf(name);
    String followed =
        runs.isEmpty()
            ? "no run follows it"
            : "these runs follow it and cannot go on: " + String.join(", ", runs);
    if (!yes) {
      NamedView view = store().require(name);
      return refused(
          String.format(
              Locale.ROOT,
              "the view %s has %,d samples; %s; to drop it say --yes",
              name,
              view.samples(),
              followed));
    }
    try (ViewLog log = store().open(name)) {
      if (!log.drop()) {
        return refused(
            "there is no view " + name + "; those that there are: " + options().hint("view ls"));
      }
    }
    say("dropped the view %s; %s", name, followed);
    return ExitStatus.DONE;
  }
}
