package io.pairstream.cli;

import io.pairstream.operations.takedown.TakedownDesk;
import io.pairstream.operations.takedown.TakedownEntry;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code pairstream takedown ls}: what is withdrawn. */
@Command(name = "ls")
final class TakedownLsCommand extends ClusterCommand {

  @Override
  public Integer call() {
    List<TakedownEntry> entries = new TakedownDesk(access(), Clock.systemUTC()).list();
    for (TakedownEntry entry : entries) {
      Takedown takedown = entry.takedown();
      answer(
          entry,
          () -> {
            boolean isOfOne = takedown.getKind().equals(TakedownKind.PAIR.name());
            print(
                "%-11s %s, %d pairs",
                takedown.getKind().toLowerCase(Locale.ROOT),
                takedown.getSubject(),
                entry.pairs() + (isOfOne ? 1 : 0));
            print("            %s", TakedownCommand.says(takedown));
          });
    }
    if (entries.isEmpty() && !json()) {
      print("nothing is withdrawn");
    }
    return ExitStatus.DONE;
  }
}
