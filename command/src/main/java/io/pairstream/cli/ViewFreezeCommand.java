package io.pairstream.cli;

import io.pairstream.feed.view.named.NamedView;
import io.pairstream.feed.view.named.ViewLog;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream view freeze}: the end of a view's growth. */
@Command(name = "freeze")
final class ViewFreezeCommand extends ViewCommand.OnViews {

  @Parameters(paramLabel = "NAME")
  private String name;

  @Override
  public Integer call() {
    NamedView unused = store().require(name);
    try (ViewLog log = store().open(name)) {
      show(log.freeze(Instant.now()));
    }
    return ExitStatus.DONE;
  }
}
