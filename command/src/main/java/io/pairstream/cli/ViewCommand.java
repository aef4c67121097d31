package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.filter.InvalidConditionException;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Fix which pairs a run trains on, so that it can be repeated.",
    subcommands = {ViewCommand.Cut.class, ViewCommand.Show.class, ViewExplainCommand.class})
final class ViewCommand {

  /**
   * Reads a view's file.
   *
   * @throws InvalidViewException where there is none, with the file's name
   */
  static View read(Path file) throws IOException {
    try {
      return View.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new InvalidViewException("there is no file " + file);
    } catch (InvalidViewException e) {
      throw new InvalidViewException(file + ": " + e.getMessage());
    }
  }

  private static void print(View view, Path file, boolean json, PrintWriter out) {
    long bytes = view.blocks().stream().mapToLong(Block::bytes).sum();
    if (json) {
      out.println(
          new JsonMapper()
              .createObjectNode()
              .put("file", file.toString())
              .put("fingerprint", view.fingerprint())
              .put("topic", view.topic())
              .put("cut_at", view.cutAt().toString())
              .putPOJO("where", view.where())
              .put("samples", view.samples())
              .put("blocks", view.blocks().size())
              .put("bytes", bytes));
      return;
    }
    out.printf(
        Locale.ROOT,
        "view %s of %s, cut %s%s%n%,d samples in %,d blocks, %s%n",
        view.fingerprint(),
        TerminalText.plain(view.topic()),
        view.cutAt(),
        view.where().isEmpty()
            ? ""
            : ", where " + TerminalText.plain(String.join(" and ", view.where())),
        view.samples(),
        view.blocks().size(),
        Quantity.bytes(bytes));
  }

  private static int refused(CommandSpec spec, String message) {
    spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + message));
    return ExitStatus.COULD_NOT;
  }

  /** {@code pairstream view cut}. */
  @Command(
      name = "cut",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class,
      description = "Write down which pairs a split holds now. Reads each of them once.")
  static final class Cut implements Callable<Integer> {

    private static final long TELL_EVERY = 100_000;

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Parameters(
        paramLabel = "FILE",
        description = "Where the view goes; there is no such file yet.")
    private Path file;

    @Option(
        names = "--split",
        paramLabel = "SPLIT",
        defaultValue = "training",
        description = "training, validation or test. Default: ${DEFAULT-VALUE}")
    private String split;

    @Option(
        names = "--where",
        paramLabel = "CONDITION",
        description =
            "Take the pairs alone for which this holds: language=en,de, host!=*.example.org,"
                + " measure.sharpness>=50; see docs/views.md. Several all have to hold.")
    private List<String> where = List.of();

    private long told;

    @Override
    public Integer call() throws IOException {
      Cluster cluster = options.cluster();
      FeedSource source =
          new FeedSource(
              cluster.dataset(),
              FeedCommand.standing(split, spec),
              cluster.registry(),
              cluster.clientSettings(
                  Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 10_000)));
      if (Files.exists(file)) {
        return refused(spec, file + " is there already; a view is never changed, cut another");
      }
      try {
        List<Condition> conditions = where.stream().map(Condition::parse).toList();
        View view = PairFeed.cutView(source, conditions, this::tell);
        Files.writeString(file, view.toJson() + "\n", StandardOpenOption.CREATE_NEW);
        print(view, file, options.json(), spec.commandLine().getOut());
        return ExitStatus.DONE;
      } catch (InvalidConditionException e) {
        throw new ParameterException(spec.commandLine(), "--where: " + e.getMessage(), e);
      } catch (InvalidViewException | FileAlreadyExistsException e) {
        return refused(spec, e.getMessage());
      }
    }

    /** Reading a large split takes minutes. */
    private void tell(long read) {
      if (read - told >= TELL_EVERY) {
        told = read;
        spec.commandLine().getErr().printf(Locale.ROOT, "%,d records read%n", read);
      }
    }
  }

  /** {@code pairstream view show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class,
      description = "Say what is in a view.")
  static final class Show implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A view.")
    private Path file;

    @Option(names = "--json", description = "Print JSON on stdout, and nothing else there.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      try {
        print(read(file), file, json, spec.commandLine().getOut());
        return ExitStatus.DONE;
      } catch (InvalidViewException e) {
        return refused(spec, e.getMessage());
      }
    }
  }
}
