package io.pairstream.cli.training;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.feed.cut.CutListener;
import io.pairstream.feed.cut.ViewCut;
import io.pairstream.feed.cut.ViewSealer;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewFile;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.condition.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that make views. */
final class ViewMaking {

  private ViewMaking() {}

  /** {@code pairstream view cut}: a split's pairs of now, for good. */
  @Command(name = "cut")
  static final class Cut extends OnViews {

    private static final String NEVER_CHANGED = " is there already; a view is never changed";

    @Parameters(paramLabel = "FILE|NAME")
    private String target;

    @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
    private String split;

    @Option(names = "--where", paramLabel = "CONDITION")
    private List<String> where = List.of();

    @Option(names = "--wait")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "10m")
    private Duration timeout;

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
      View view =
          reading(
              listener ->
                  wait
                      ? ViewCut.answered(source, conditions, timeout, listener)
                      : ViewCut.of(source, conditions, listener));
      ViewFile.write(view, file);
      return show(view, file.toString());
    }

    private int freeze(FeedSource source, List<Condition> conditions) {
      // The pace does not count: all is one segment, or several at once.
      ViewSealer.Pace pace = new ViewSealer.Pace(Long.MAX_VALUE, Duration.ofDays(1));
      if (store().find(target).isEmpty()) {
        try (ViewSealer sealer =
            ViewSealer.open(store(), target, source, conditions, pace, Clock.systemUTC())) {
          if (sealer.view().isEmpty()) {
            return show(reading(listener -> sealed(sealer, listener)));
          }
        }
      }
      String another =
          ": cut another, or drop this one with: " + Hint.of("view drop " + Hint.quoted(target));
      return refused("the view " + target + NEVER_CHANGED + another);
    }

    private NamedView sealed(ViewSealer sealer, CutListener listener) {
      if (wait) {
        sealer.awaitAnswers(timeout, listener);
      }
      return sealer.sealAndFreeze(listener);
    }
  }

  /** {@code pairstream view seal}: a view that grows with its split. */
  @Command(name = "seal")
  static final class Seal extends OnViews {

    /** Interval of saying what holds pairs back. */
    private static final Duration TOLD_EVERY = Duration.ofMinutes(10);

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

    private Instant tellsAgainAt = Instant.EPOCH;

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
          ViewSealer.open(store(), name, source, conditions(conditions), pace, Clock.systemUTC())) {
        if (once) {
          reading(sealer::sealToEnd)
              .or(sealer::view)
              .ifPresentOrElse(
                  this::show, () -> say("there is no pair yet that the view could hold"));
          return ExitStatus.DONE;
        }
        while (!Thread.currentThread().isInterrupted()) {
          sealer.step().ifPresent(this::tell);
          tellHeldBack(sealer);
        }
        return ExitStatus.DONE;
      }
    }

    private void tell(NamedView view) {
      int last = view.segments().size() - 1;
      long added = view.samples(last, last + 1);
      answer(
          Described.of(view),
          () -> print("segment %d: %,d sample(|s), %,d in all", last, added, view.samples()));
    }

    /**
     * Says once a pair has waited for {@code --every}, and now and then, what holds others back.
     */
    private void tellHeldBack(ViewSealer sealer) {
      Instant now = Instant.now();
      if (now.isBefore(tellsAgainAt)) {
        return;
      }
      sealer
          .heldBack()
          .filter(held -> !now.isBefore(held.since().plus(every)))
          .ifPresent(
              held -> {
                tellsAgainAt = now.plus(TOLD_EVERY);
                say(
                    "%,d answered pair(|s) are held back since %s, behind pairs without an answer",
                    held.behind(), held.since().truncatedTo(ChronoUnit.SECONDS));
                say(held.missing());
              });
    }
  }
}
