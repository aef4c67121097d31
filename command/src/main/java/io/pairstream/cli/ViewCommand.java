package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.SplitViews;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.filter.InvalidConditionException;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.feed.view.named.NamedView;
import io.pairstream.feed.view.named.SealedElsewhereException;
import io.pairstream.feed.view.named.ViewLog;
import io.pairstream.feed.view.named.ViewSealer;
import io.pairstream.feed.view.named.ViewStore;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream view}: which pairs a run trains on. */
@Command(
    name = "view",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ViewCommand.Cut.class,
      ViewCommand.Ls.class,
      ViewCommand.Show.class,
      ViewExplainCommand.class,
      ViewCommand.Seal.class,
      ViewCommand.Freeze.class,
      ViewCommand.Drop.class
    })
final class ViewCommand {

  /**
   * The view of a file or of a name.
   *
   * @throws InvalidViewException where there is none, or it still grows
   */
  static View read(String fileOrName, Cluster cluster) throws IOException {
    if (isFile(fileOrName)) {
      return read(Path.of(fileOrName));
    }
    NamedView view = store(cluster).require(fileOrName);
    if (!view.isFrozen()) {
      throw new InvalidViewException(
          "the view "
              + view.name()
              + " still grows: follow it in Python, source.follow(\""
              + view.name()
              + "\", run=NAME), or end it with: view freeze "
              + view.name());
    }
    return view.view();
  }

  /** Whether an argument names a file, which need not be there, and not a named view. */
  static boolean isFile(String argument) {
    return argument.contains("/") || argument.endsWith(".json") || Files.exists(Path.of(argument));
  }

  static ViewStore store(Cluster cluster) {
    return new ViewStore(cluster.dataset(), cluster.registry(), ReadingClients.settings(cluster));
  }

  private static View read(Path file) throws IOException {
    try {
      return View.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new InvalidViewException("there is no file " + file);
    } catch (InvalidViewException e) {
      throw new InvalidViewException(file + ": " + e.getMessage());
    }
  }

  /** What all commands on views have. */
  abstract static class OnViews implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    private Cluster cluster;

    abstract int run() throws IOException;

    @Override
    public final Integer call() throws IOException {
      cluster = options.cluster();
      try {
        return run();
      } catch (InvalidConditionException e) {
        throw wrong("--where: " + e.getMessage(), e);
      } catch (InvalidViewException | SealedElsewhereException | FileAlreadyExistsException e) {
        return refused(e.getMessage());
      }
    }

    final int refused(String message) {
      spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + message));
      return ExitStatus.COULD_NOT;
    }

    final ParameterException wrong(String message, Throwable cause) {
      return new ParameterException(spec.commandLine(), message, cause);
    }

    final Cluster cluster() {
      return cluster;
    }

    final ViewStore store() {
      return ViewCommand.store(cluster);
    }

    final FeedSource source(PairStatus split) {
      return new FeedSource(
          cluster.dataset(), split, cluster.registry(), ReadingClients.settings(cluster));
    }

    final PairStatus standing(String split) {
      return FeedCommand.standing(split, spec);
    }

    final boolean json() {
      return options.json();
    }

    final PrintWriter out() {
      return spec.commandLine().getOut();
    }

    final PrintWriter err() {
      return spec.commandLine().getErr();
    }

    final ObjectNode described(View view) {
      return new JsonMapper()
          .createObjectNode()
          .put("fingerprint", view.fingerprint())
          .put("topic", view.topic())
          .put("cut_at", view.cutAt().toString())
          .putPOJO("where", view.where())
          .put("samples", view.samples())
          .put("blocks", view.blocks().size())
          .put("bytes", bytes(view));
    }

    final void print(View view, Path file) {
      if (json()) {
        out().println(described(view).put("file", file.toString()));
        return;
      }
      out()
          .printf(
              Locale.ROOT,
              "view %s of %s, cut %s%s%n%s%n",
              view.fingerprint(),
              TerminalText.plain(view.topic()),
              second(view.cutAt()),
              where(view.where()),
              amount(view));
    }

    final ObjectNode described(NamedView view) {
      return described(view.view())
          .put("name", view.name())
          .put("segments", view.segments().size())
          .put("frozen", view.isFrozen());
    }

    final void print(NamedView view) {
      if (json()) {
        out().println(described(view));
        return;
      }
      View pairs = view.view();
      out()
          .printf(
              Locale.ROOT,
              "view %s of %s, %s %s%s%nfingerprint %s%n%s%s%n",
              view.name(),
              TerminalText.plain(view.topic()),
              view.isFrozen() ? "frozen" : "growing, last sealed",
              second(view.sealedAt()),
              where(view.where()),
              pairs.fingerprint(),
              amount(pairs),
              view.segments().size() == 1 ? "" : " and " + view.segments().size() + " segments");
    }

    /** A time as people read it. */
    static final String second(Instant time) {
      return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String where(List<String> conditions) {
      return conditions.isEmpty()
          ? ""
          : ", where " + TerminalText.plain(String.join(" and ", conditions));
    }

    private static String amount(View view) {
      return String.format(
          Locale.ROOT,
          "%,d samples in %,d blocks, %s",
          view.samples(),
          view.blocks().size(),
          Quantity.bytes(bytes(view)));
    }

    private static long bytes(View view) {
      return view.blocks().stream().mapToLong(Block::bytes).sum();
    }
  }

  /** What reads a split says how far it has come. */
  private static final class ReadingProgress {

    private static final long TELL_EVERY = 100_000;

    private final PrintWriter err;
    private long told;

    ReadingProgress(PrintWriter err) {
      this.err = err;
    }

    /** Reading a large split takes minutes. */
    void tell(long read) {
      if (read - told >= TELL_EVERY) {
        told = read;
        err.printf(Locale.ROOT, "%,d records read%n", read);
      }
    }
  }

  /** {@code pairstream view cut}. */
  @Command(name = "cut")
  static final class Cut extends OnViews {

    @Parameters(paramLabel = "FILE|NAME")
    private String target;

    @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
    private String split;

    @Option(names = "--where", paramLabel = "CONDITION")
    private List<String> where = List.of();

    @Override
    int run() throws IOException {
      FeedSource source = source(standing(split));
      List<Condition> conditions = where.stream().map(Condition::parse).toList();
      ReadingProgress progress = new ReadingProgress(err());
      if (!isFile(target)) {
        return freeze(source, conditions, progress);
      }
      Path file = Path.of(target);
      if (Files.exists(file)) {
        return refused(file + " is there already; a view is never changed, cut another");
      }
      View view = SplitViews.cut(source, conditions, progress::tell);
      Files.writeString(file, view.toJson() + "\n", StandardOpenOption.CREATE_NEW);
      print(view, file);
      return ExitStatus.DONE;
    }

    private int freeze(FeedSource source, List<Condition> conditions, ReadingProgress progress) {
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
        print(sealer.sealAndFreeze(progress::tell));
        return ExitStatus.DONE;
      }
    }

    private int taken() {
      return refused(
          "the view "
              + target
              + " is there already; a view is never changed: cut another, or drop this one with:"
              + " view drop "
              + target);
    }
  }

  /** {@code pairstream view ls}. */
  @Command(name = "ls")
  static final class Ls extends OnViews {

    @Override
    int run() {
      List<NamedView> views = store().all();
      if (json()) {
        views.forEach(view -> out().println(described(view)));
        return ExitStatus.DONE;
      }
      if (views.isEmpty()) {
        err().println("there is no named view; make one with: view cut NAME, or: view seal NAME");
      }
      int width = views.stream().mapToInt(view -> view.name().length()).max().orElse(0);
      for (NamedView view : views) {
        out()
            .printf(
                Locale.ROOT,
                "%-" + Math.max(1, width) + "s  %-7s  %,12d samples  %4d %-8s  %s  %s%n",
                view.name(),
                view.isFrozen() ? "frozen" : "growing",
                view.samples(),
                view.segments().size(),
                view.segments().size() == 1 ? "segment" : "segments",
                second(view.sealedAt()),
                TerminalText.plain(view.topic()));
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream view show}. */
  @Command(name = "show")
  static final class Show extends OnViews {

    @Parameters(paramLabel = "FILE|NAME")
    private String target;

    @Override
    int run() throws IOException {
      if (isFile(target)) {
        Path file = Path.of(target);
        print(ViewCommand.read(file), file);
        return ExitStatus.DONE;
      }
      NamedView view = store().require(target);
      SortedSet<String> runs = store().runsOf(view.name());
      ViewRetention retention = ViewRetention.of(view.view(), ReadingClients.settings(cluster()));
      if (json()) {
        ObjectNode object = described(view);
        object.putPOJO("runs", runs).put("retention", retention.inWords());
        retention.leavesFrom().ifPresent(time -> object.put("leaves_from", time.toString()));
        out().println(object);
        return ExitStatus.DONE;
      }
      print(view);
      out().println(TerminalText.plain(retention.inWords()));
      if (!runs.isEmpty()) {
        out().println(TerminalText.plain("runs that follow it: " + String.join(", ", runs)));
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream view seal}. */
  @Command(name = "seal")
  static final class Seal extends OnViews {

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
    int run() {
      ViewSealer.Pace pace;
      try {
        pace = new ViewSealer.Pace(after, every);
      } catch (IllegalArgumentException e) {
        throw wrong("--after, --every: " + e.getMessage(), e);
      }
      Optional<NamedView> there = store().find(name);
      String topic =
          split == null
              ? there.map(NamedView::topic).orElse(source(PairStatus.TRAINING).topic())
              : source(standing(split)).topic();
      List<String> conditions =
          where.isEmpty() ? there.map(NamedView::where).orElse(List.of()) : where;
      try (ViewSealer sealer =
          store()
              .seal(
                  name,
                  topic,
                  conditions.stream().map(Condition::parse).toList(),
                  pace,
                  Clock.systemUTC())) {
        if (once) {
          Optional<NamedView> sealed =
              sealer.sealToEnd(new ReadingProgress(err())::tell).or(sealer::view);
          sealed.ifPresentOrElse(
              this::print, () -> err().println("there is no pair yet that the view could hold"));
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
      if (json()) {
        out()
            .println(
                new JsonMapper()
                    .createObjectNode()
                    .put("name", view.name())
                    .put("segment", last)
                    .put("sealed_at", view.sealedAt().toString())
                    .put("samples", added)
                    .put("samples_in_all", view.samples()));
      } else {
        out()
            .printf(
                Locale.ROOT, "segment %d: %,d samples, %,d in all%n", last, added, view.samples());
      }
      out().flush();
    }
  }

  /** {@code pairstream view freeze}. */
  @Command(name = "freeze")
  static final class Freeze extends OnViews {

    @Parameters(paramLabel = "NAME")
    private String name;

    @Override
    int run() {
      NamedView unused = store().require(name);
      try (ViewLog log = store().open(name)) {
        print(log.freeze(Instant.now()));
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream view drop}. */
  @Command(name = "drop")
  static final class Drop extends OnViews {

    @Parameters(paramLabel = "NAME")
    private String name;

    @Option(names = "--yes")
    private boolean yes;

    @Override
    int run() {
      SortedSet<String> runs = store().runsOf(name);
      String followed =
          runs.isEmpty()
              ? "no run follows it"
              : "these runs follow it and cannot go on: " + String.join(", ", runs);
      if (!yes) {
        NamedView view = store().require(name);
        return refused(
            String.format(
                Locale.ROOT,
                "the view %s has %,d samples; %s; to drop it say --yes",
                name,
                view.samples(),
                followed));
      }
      boolean wasThere;
      try (ViewLog log = store().open(name)) {
        wasThere = log.drop();
      }
      if (!wasThere) {
        return refused("there is no view " + name + "; view ls tells which there are");
      }
      err().println(TerminalText.plain("dropped the view " + name + "; " + followed));
      return ExitStatus.DONE;
    }
  }
}
