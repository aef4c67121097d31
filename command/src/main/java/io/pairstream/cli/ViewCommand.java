package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.feed.Condition;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.NamedView;
import io.pairstream.feed.View;
import io.pairstream.feed.ViewFile;
import io.pairstream.feed.ViewLog;
import io.pairstream.feed.ViewRetention;
import io.pairstream.feed.ViewSealer;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairStatus;
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
final class ViewCommand {

  private ViewCommand() {}

  /** {@code pairstream view ls}: the views that have a name. */
  @Command(name = "ls")
  static final class Ls extends TrainerCommand.OnViews {

    @Override
    public Integer call() {
      List<NamedView> views = store().all();
      if (views.isEmpty() && !json()) {
        say("there is no named view; make one with: %s", Hint.of("view cut NAME"));
      }
      Table table = new Table();
      for (NamedView view : views) {
        Described described = TrainerCommand.Described.of(view);
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
  static final class Show extends TrainerCommand.OnViews {

    @Parameters(paramLabel = "FILE|NAME")
    private String target;

    /** A named view as JSON. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private record Shown(
        @JsonUnwrapped Described view, String retention, Optional<Instant> leavesFrom) {}

    @Override
    public Integer call() throws IOException {
      if (isFile(target)) {
        show(read(Path.of(target)), target);
        return ExitStatus.DONE;
      }
      NamedView view = store().require(target);
      Shown shown = shown(view);
      answer(
          shown,
          () -> {
            print(shown.view());
            print("%s", shown.retention());
          });
      return ExitStatus.DONE;
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
  static final class Freeze extends TrainerCommand.OnViews {

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

  /** {@code pairstream view drop}: takes a named view away. */
  @Command(name = "drop")
  static final class Drop extends TrainerCommand.OnViews {

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
  static final class Cut extends TrainerCommand.OnViews {

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
      ViewFile.write(view, file);
      show(view, file.toString());
      return ExitStatus.DONE;
    }

    private int freeze(FeedSource source, List<Condition> conditions) {
      // The pace does not count: all is one segment, or several at once.
      ViewSealer.Pace pace = new ViewSealer.Pace(Long.MAX_VALUE, Duration.ofDays(1));
      if (store().find(target).isEmpty()) {
        try (ViewSealer sealer =
            store().seal(target, source, conditions, pace, Clock.systemUTC())) {
          if (sealer.view().isEmpty()) {
            show(reading(sealer::sealAndFreeze));
            return ExitStatus.DONE;
          }
        }
      }
      String another =
          ": cut another, or drop this one with: " + Hint.of("view drop " + Hint.quoted(target));
      return refused("the view " + target + NEVER_CHANGED + another);
    }
  }

  /** {@code pairstream view seal}: a view that grows with its split. */
  @Command(name = "seal")
  static final class Seal extends TrainerCommand.OnViews {

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
          TrainerCommand.Described.of(view),
          () -> print("segment %d: %,d sample(|s), %,d in all", last, added, view.samples()));
    }
  }
}
