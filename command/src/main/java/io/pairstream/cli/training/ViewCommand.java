package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.feed.cut.CutListener;
import io.pairstream.feed.cut.ViewCut;
import io.pairstream.feed.cut.ViewSealer;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewFile;
import io.pairstream.feed.view.ViewLog;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream view}: which pairs a run trains on. */
@Command(
    name = "view",
    subcommands = {
      ViewCommand.Cut.class,
      ViewCommand.Ls.class,
      ViewCommand.Show.class,
      ViewCommand.Seal.class,
      ViewCommand.Freeze.class,
      ViewCommand.Drop.class
    })
public final class ViewCommand {

  /** {@code pairstream view ls}: the views that have a name. */
  @Command(name = "ls")
  static final class Ls extends OnViews {

    @Override
    public Integer call() {
      List<NamedView> views = store().all();
      if (views.isEmpty() && !json()) {
        say("there is no named view; make one with: %s", Hint.of("view cut NAME"));
      }
      Table table = new Table();
      for (NamedView view : views) {
        Described described = Described.of(view);
        answer(
            described,
            () ->
                table.row(
                    described.name(),
                    described.state(),
                    described.samples(),
                    "samples",
                    described.segments(),
                    "segments",
                    view.sealedAt().truncatedTo(ChronoUnit.SECONDS),
                    described.topic()));
      }
      print(table);
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream view show}: what is in a view, who follows it and how long it is kept. */
  @Command(name = "show")
  static final class Show extends OnViews {

    @Parameters(paramLabel = "FILE|NAME")
    private String target;

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private record Shown(
        @JsonUnwrapped Described view, String retention, Optional<Instant> leavesFrom) {}

    @Override
    public Integer call() throws IOException {
      if (isFile(target)) {
        return show(read(Path.of(target)), target);
      }
      NamedView view = store().require(target);
      Shown shown = shown(view);
      return answer(
          shown,
          () -> {
            print(shown.view());
            print("%s", shown.retention());
          });
    }

    private Shown shown(NamedView view) {
      Described described = Described.of(view);
      try {
        ViewRetention retention = ViewRetention.of(view.view(), sourceOf(view.topic()));
        return new Shown(described, retention.inWords(), retention.leavesFrom());
      } catch (OffsetOutOfRangeException e) {
        return new Shown(described, "a part of it has left the topic", Optional.empty());
      }
    }
  }

  /** {@code pairstream view freeze}: the end of a view's growth. */
  @Command(name = "freeze")
  static final class Freeze extends OnViews {

    @Parameters(paramLabel = "NAME")
    private String name;

    @Override
    public Integer call() {
      store().require(name);
      try (ViewLog log = store().open(name)) {
        return show(log.freeze(Instant.now()));
      }
    }
  }

  /** {@code pairstream view drop}: takes a named view away. */
  @Command(name = "drop")
  static final class Drop extends OnViews {

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(names = "--yes")
    private boolean yes;

    @Override
    public Integer call() {
      if (!yes) {
        return refused(
            TerminalText.format(
                "the view %s has %d sample(|s), and runs that follow it cannot go on; to drop it say"
                    + " --yes",
                name, store().require(name).samples()));
      }
      try (ViewLog log = store().open(name)) {
        if (!log.drop()) {
          return refused(
              "there is no view " + name + "; those that there are: " + Hint.of("view ls"));
        }
      }
      say("dropped the view %s", name);
      return ExitStatus.DONE;
    }
  }

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
