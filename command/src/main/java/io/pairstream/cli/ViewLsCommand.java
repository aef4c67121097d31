package io.pairstream.cli;

import io.pairstream.feed.view.named.NamedView;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code pairstream view ls}: the views that have a name. */
@Command(name = "ls")
final class ViewLsCommand extends ViewCommand.OnViews {

  @Override
  public Integer call() {
    List<NamedView> views = store().all();
    if (views.isEmpty() && !json()) {
      say("there is no named view; make one with: %s", options().hint("view cut NAME"));
    }
    int width = views.stream().mapToInt(view -> view.name().length()).max().orElse(1);
    for (NamedView view : views) {
      int segments = view.segments().size();
      answer(
          ViewCommand.Described.of(view),
          () ->
              print(
                  "%-" + width + "s  %-7s  %,12d samples  %4d %-8s  %s  %s",
                  view.name(),
                  view.isFrozen() ? "frozen" : "growing",
                  view.samples(),
                  segments,
                  segments == 1 ? "segment" : "segments",
                  ViewCommand.second(view.sealedAt()),
                  view.topic()));
    }
    return ExitStatus.DONE;
  }
}
