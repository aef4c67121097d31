package io.pairstream.cli;

import io.pairstream.feed.view.FeedSource;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.ViewSealer;
import io.pairstream.schemas.PairStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream view seal}: a view that grows with its split. */
@Command(name = "seal")
final class ViewSealCommand extends ViewCommand.OnViews {

  @Parameters(paramLabel = "NAME")
  private String name;

  @Option(names = "--split", paramLabel = "SPLIT")
  private String split;

  @Option(names = "--where", paramLabel = "CONDITION")
  private List<String> where = List.of();

  @Option(names = "--every", paramLabel = "TIME", defaultValue = "1m")
  private Duration every;

  @Option(names = "--after", paramLabel = "N", defaultValue = "10000")
  private long after;

  @Option(names = "--once")
  private boolean once;

  @Override
  public Integer call() {
    ViewSealer.Pace pace = checked("--after, --every: ", () -> new ViewSealer.Pace(after, every));
    Optional<NamedView> there = store().find(name);
    FeedSource source =
        split == null
            ? there.map(view -> sourceOf(view.topic())).orElse(source(PairStatus.TRAINING))
            : source(split(split));
    List<String> conditions =
        where.isEmpty() ? there.map(NamedView::where).orElse(List.of()) : where;
    try (ViewSealer sealer =
        store().seal(name, source, conditions(conditions), pace, Clock.systemUTC())) {
      if (once) {
        reading(sealer::sealToEnd)
            .or(sealer::view)
            .ifPresentOrElse(
                this::show, () -> say("there is no pair yet that the view could hold"));
        return ExitStatus.DONE;
      }
      while (!Thread.currentThread().isInterrupted()) {
        sealer.step().ifPresent(this::tell);
      }
      return ExitStatus.DONE;
    }
  }

  private void tell(NamedView view) {
    int last = view.segments().size() - 1;
    long added = view.samples(last, last + 1);
    answer(
        ViewCommand.Described.of(view),
        () -> print("segment %d: %,d samples, %,d in all", last, added, view.samples()));
  }
}
