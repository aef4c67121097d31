package io.pairstream.cli;

import io.pairstream.feed.view.named.NamedView;
import io.pairstream.terminal.Table;
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
    Table table = new Table();
    for (NamedView view : views) {
      answer(ViewCommand.Described.of(view), () -> add(view, table));
    }
    print(table);
    return ExitStatus.DONE;
  }

  private static void add(NamedView view, Table table) {
    int segments = view.segments().size();
    table.row(
        view.name(),
        view.isFrozen() ? "frozen" : "growing",
        view.samples(),
        "samples",
        segments,
        segments == 1 ? "segment" : "segments",
        ViewCommand.second(view.sealedAt()),
        view.topic());
  }
}
