package io.pairstream.cli;

import io.pairstream.feed.FeedSource;
import io.pairstream.feed.SplitViews;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.named.ViewSealer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream view cut}: a split's pairs of now, for good. */
@Command(name = "cut")
final class ViewCutCommand extends ViewCommand.OnViews {

  private static final String NEVER_CHANGED = " is there already; a view is never changed";

  @Parameters(paramLabel = "FILE|NAME")
  private String target;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
  private String split;

  @Option(names = "--where", paramLabel = "CONDITION")
  private List<String> where = List.of();

  @Override
  public Integer call() throws IOException {
    FeedSource source = source(split(split));
    List<Condition> conditions = conditions(where);
    if (!isFile(target)) {
      return freeze(source, conditions);
    }
    Path file = Path.of(target);
    if (Files.exists(file)) {
      return refused(file + NEVER_CHANGED + ", cut another");
    }
    View view = reading(read -> SplitViews.cut(source, conditions, read));
    Files.writeString(file, view.toJson() + "\n", StandardOpenOption.CREATE_NEW);
    show(view, file.toString());
    return ExitStatus.DONE;
  }

  private int freeze(FeedSource source, List<Condition> conditions) {
    if (store().find(target).isPresent()) {
      return taken();
    }
    // The pace does not count: all is one segment, or several at once.
    ViewSealer.Pace pace = new ViewSealer.Pace(Long.MAX_VALUE, Duration.ofDays(1));
    try (ViewSealer sealer =
        store().seal(target, source.topic(), conditions, pace, Clock.systemUTC())) {
      if (sealer.view().isPresent()) {
        return taken();
      }
      show(reading(sealer::sealAndFreeze));
      return ExitStatus.DONE;
    }
  }

  private int taken() {
    return refused(
        "the view "
            + target
            + NEVER_CHANGED
            + ": cut another, or drop this one with: "
            + options().hint("view drop " + target));
  }
}
