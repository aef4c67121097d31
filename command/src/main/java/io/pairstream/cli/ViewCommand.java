package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.Condition;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewLog;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream view}: which pairs a run trains on. */
@Command(
    name = "view",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ViewCutCommand.class,
      ViewCommand.Ls.class,
      ViewCommand.Show.class,
      ViewSealCommand.class,
      ViewCommand.Freeze.class,
      ViewCommand.Drop.class
    })
final class ViewCommand {

  private ViewCommand() {}

  /** A view as JSON; of a file, or of a name. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Described(
      String fingerprint,
      String topic,
      Instant cutAt,
      List<String> where,
      long samples,
      int blocks,
      long bytes,
      String file,
      String name,
      Integer segments,
      Boolean frozen) {

    static Described of(NamedView view) {
      return of(view.view(), null, view.name(), view.segments().size(), view.isFrozen());
    }

    static Described of(View view, String file, String name, Integer segments, Boolean frozen) {
      return new Described(
          view.fingerprint(),
          view.topic(),
          view.cutAt(),
          view.where(),
          view.samples(),
          view.blocks().size(),
          view.blocks().stream().mapToLong(Block::bytes).sum(),
          file,
          name,
          segments,
          frozen);
    }

    /** {@code frozen}, {@code growing}, or {@code cut} into a file. */
    String state() {
      return frozen == null ? "cut" : frozen ? "frozen" : "growing";
    }
  }

  /** What the commands on views share. */
  abstract static class OnViews extends TrainerCommand {

    final void show(View view, String file) {
      Described described = Described.of(view, file, null, null, null);
      answer(described, () -> print(described));
    }

    final void show(NamedView view) {
      answer(Described.of(view), () -> print(Described.of(view)));
    }

    final void print(Described view) {
      print(
          "view %s of %s, %s %s%s",
          view.name() == null ? view.fingerprint() : view.name(),
          view.topic(),
          view.state(),
          view.cutAt().truncatedTo(ChronoUnit.SECONDS),
          view.where().isEmpty() ? "" : ", where " + String.join(" and ", view.where()));
      field("fingerprint", view.name() == null ? "" : view.fingerprint());
      print(
          "%,d samples in %,d blocks, %s%s",
          view.samples(),
          view.blocks(),
          Quantity.bytes(view.bytes()),
          view.segments() == null ? "" : " and " + view.segments() + " segments");
    }

    final int refused(String message) {
      complain(message);
      return ExitStatus.COULD_NOT;
    }

    final List<Condition> conditions(List<String> where) {
      return checked("--where: ", () -> where.stream().map(Condition::parse).toList());
    }

    /** Reading a large split takes minutes, so it says how far it has come. */
    final <T> T reading(Function<LongConsumer, T> work) {
      try (Progress progress = progress()) {
        return work.apply(read -> progress.show("%,d records read", read));
      }
    }
  }

  /** {@code pairstream view ls}: the views that have a name. */
  @Command(name = "ls")
  static final class Ls extends OnViews {

    @Override
    public Integer call() {
      List<NamedView> views = store().all();
      if (views.isEmpty() && !json()) {
        say("there is no named view; make one with: %s", hint("view cut NAME"));
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
      ViewRetention retention = ViewRetention.of(view.view(), sourceOf(view.topic()));
      answer(
          new Shown(Described.of(view), retention.inWords(), retention.leavesFrom()),
          () -> {
            print(Described.of(view));
            print("%s", retention.inWords());
          });
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream view freeze}: the end of a view's growth. */
  @Command(name = "freeze")
  static final class Freeze extends OnViews {

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
  static final class Drop extends OnViews {

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(names = "--yes")
    private boolean yes;

    @Override
    public Integer call() {
      if (!yes) {
        return refused(
            "the view %s has %d samples, and runs that follow it cannot go on; to drop it say --yes"
                .formatted(name, store().require(name).samples()));
      }
      try (ViewLog log = store().open(name)) {
        if (!log.drop()) {
          return refused("there is no view " + name + "; those that there are: " + hint("view ls"));
        }
      }
      say("dropped the view %s", name);
      return ExitStatus.DONE;
    }
  }
}
