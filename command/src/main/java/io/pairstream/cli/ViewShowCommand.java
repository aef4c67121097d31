package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.feed.view.named.NamedView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream view show}: what is in a view, who follows it and how long it is kept. */
@Command(name = "show")
final class ViewShowCommand extends ViewCommand.OnViews {

  @Parameters(paramLabel = "FILE|NAME")
  private String target;

  /** A named view as JSON. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  private record Shown(
      @JsonUnwrapped ViewCommand.Described view,
      SortedSet<String> runs,
      String retention,
      Optional<Instant> leavesFrom) {}

  @Override
  public Integer call() throws IOException {
    if (isFile(target)) {
      show(read(Path.of(target)), target);
      return ExitStatus.DONE;
    }
    NamedView view = store().require(target);
    SortedSet<String> runs = store().runsOf(target);
    ViewRetention retention = ViewRetention.of(view.view(), clients());
    answer(
        new Shown(
            ViewCommand.Described.of(view), runs, retention.inWords(), retention.leavesFrom()),
        () -> {
          print(view);
          print("%s", retention.inWords());
          if (!runs.isEmpty()) {
            print("runs that follow it: %s", String.join(", ", runs));
          }
        });
    return ExitStatus.DONE;
  }
}
