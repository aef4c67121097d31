package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.ViewLog;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.schemas.Hint;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.nio.file.Path;
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
      ViewMaking.Cut.class,
      ViewCommand.Ls.class,
      ViewCommand.Show.class,
      ViewMaking.Seal.class,
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
}
