package io.pairstream.cli;

import io.pairstream.feed.view.Condition;
import io.pairstream.feed.view.FeedSource;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewSealer;
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
    View view = reading(read -> source.cut(conditions, read));
    Files.writeString(file, view.toJson() + "\n", StandardOpenOption.CREATE_NEW);
    show(view, file.toString());
    return ExitStatus.DONE;
  }

  private int freeze(FeedSource source, List<Condition> conditions) {
    // The pace does not count: all is one segment, or several at once.
    ViewSealer.Pace pace = new ViewSealer.Pace(Long.MAX_VALUE, Duration.ofDays(1));
    if (store().find(target).isEmpty()) {
      try (ViewSealer sealer = store().seal(target, source, conditions, pace, Clock.systemUTC())) {
        if (sealer.view().isEmpty()) {
          show(reading(sealer::sealAndFreeze));
          return ExitStatus.DONE;
        }
      }
    }
    String another = ": cut another, or drop this one with: " + hint("view drop " + target);
    return refused("the view " + target + NEVER_CHANGED + another);
  }
}
