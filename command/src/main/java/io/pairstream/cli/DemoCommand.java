package io.pairstream.cli;

import io.pairstream.demo.Demo;
import io.pairstream.demo.DemoSummary;
import io.pairstream.demo.DrawnSupply;
import io.pairstream.demo.FileSupply;
import io.pairstream.demo.PairSupply;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code pairstream demo}: the whole platform at work on this machine, in a directory that is
 * removed.
 */
@Command(name = "demo")
final class DemoCommand implements Callable<Integer> {

  private static final long DRAWN_PAIRS = 500;

  @Option(names = "--pairs", paramLabel = "N")
  private Long pairs;

  @Option(names = "--from", paramLabel = "PATH")
  private Path from;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1")
  private long seed;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "demo")
  private String recipe;

  @Mixin private WorkerOptions workerOptions;

  @Option(names = "--exit")
  private boolean exit;

  @Option(names = "--json")
  private boolean json;

  @Spec private CommandSpec spec;

  private final AtomicInteger status = new AtomicInteger(ExitStatus.COULD_NOT);

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (pairs != null && pairs < 1) {
      throw new ParameterException(spec.commandLine(), "--pairs must be at least 1, was " + pairs);
    }
    String checkedRecipe = CheckedRecipe.of(recipe, spec.commandLine());
    List<String> ofWorkers = workerOptions.arguments();
    PrintWriter err = spec.commandLine().getErr();
    PairSupply supply = supply(err);
    Path directory = Files.createTempDirectory("pairstream-demo");
    err.println(
        "starting a broker, a schema registry, the topology, a feed" + (exit ? "" : ", the pages"));
    err.flush();
    try (WholePlatform platform = start(directory, checkedRecipe, ofWorkers, err)) {
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> endWell(platform, directory), "end-well"));
      if (!exit) {
        err.println("watch it: " + platform.dashboardAddress());
        err.flush();
      }
      boolean live = !json && Terminal.isStdout();
      Demo.Result result = new Demo(platform).run(supply, json ? System.err : System.out, live);
      DemoSummary summary = result.summary();
      status.set(summary.audit().differences() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG);

      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? summary.toJson() : "\n" + summary.toText());
      out.flush();
      if (!exit) {
        tellWhatNext(result, directory, platform, json ? err : out);
        Optional<String> failure = platform.processes().awaitEnd();
        if (failure.isPresent()) {
          err.println("pairstream: stopped, because " + failure.get());
          status.set(ExitStatus.COULD_NOT);
        }
      }
    } finally {
      delete(directory);
    }
    return status.get();
  }

  /** The pages take part of the machine's time, so a demo that ends by itself has none. */
  private WholePlatform start(
      Path directory, String checkedRecipe, List<String> ofWorkers, PrintWriter err) {
    PlatformSettings settings = PlatformSettings.in(directory);
    Dataset dataset = new Dataset(Dataset.DEFAULT_NAME);
    int partitions = TopicCatalogue.DEFAULT_PARTITIONS;
    TerminalProgress listener = new TerminalProgress(err);
    return exit
        ? WholePlatform.withoutPages(
            settings, dataset, partitions, checkedRecipe, ofWorkers, listener)
        : WholePlatform.start(settings, dataset, partitions, checkedRecipe, ofWorkers, listener);
  }

  private PairSupply supply(PrintWriter err) {
    if (from == null) {
      return new DrawnSupply(seed, pairs == null ? DRAWN_PAIRS : pairs);
    }
    try {
      return new FileSupply(
          new PairSources(SourceOptions.of(new SourceDefaults(SourceKind.IMPORTED, "", "")))
              .open(from),
          pairs == null ? Long.MAX_VALUE : pairs,
          problem -> err.println(problem.where() + ": " + problem.message()));
    } catch (UnusableSourceException e) {
      throw new ParameterException(spec.commandLine(), "--from: " + e.getMessage());
    }
  }

  private static void tellWhatNext(
      Demo.Result result, Path directory, WholePlatform platform, PrintWriter out) {
    out.println("It keeps running. Watch it: " + platform.dashboardAddress());
    out.println("Add a picture of your own: " + platform.ingestApiAddress());
    out.println("Try next, in another terminal:");
    result
        .end()
        .example()
        .ifPresent(
            rejected -> {
              out.println(
                  "  " + Main.asCalled() + " why " + rejected.id() + " --data-dir " + directory);
              out.println("      (" + rejected.reason() + ": " + rejected.detail() + ")");
              out.println(
                  "  its page: " + platform.dashboardAddress() + "/#/pair/" + rejected.id());
            });
    out.println("  " + Main.asCalled() + " quarantine ls --data-dir " + directory);
    out.println("  " + Main.asCalled() + " lag --data-dir " + directory);
    out.println("Ctrl-C ends the demo and removes its data.");
    out.flush();
  }

  /** A signal is how the demo is asked to end. */
  private void endWell(WholePlatform platform, Path directory) {
    platform.close();
    delete(directory);
    Runtime.getRuntime().halt(status.get());
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // The other of the two that may delete was faster, or the system's own cleaning will be.
    }
  }
}
