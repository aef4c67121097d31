package io.pairstream.cli;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.demo.DecidedPairs;
import io.pairstream.demo.Demo;
import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformEvents;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Commands that run the whole platform on this machine. */
final class PlatformCommands {

  private PlatformCommands() {}

  /** A command that runs a platform on this machine until it is asked to end. */
  abstract static class OnPlatform extends PairstreamCommand implements PlatformEvents {

    @Mixin private ServiceOptions.Workers workers;

    @Option(names = "--port", paramLabel = "PORT")
    private Integer port;

    @Option(names = "--dashboard-port", paramLabel = "PORT")
    private Integer dashboardPort;

    /** How this process ends once the platform is closed, also where a signal asks it to. */
    private final AtomicInteger status = new AtomicInteger(ExitStatus.COULD_NOT);

    volatile boolean isAskedToEnd;

    private Progress starting;

    @Override
    public final synchronized void told(String sentence) {
      starting()
          .line(
              String.format(
                  Locale.ROOT, "%tT %s", LocalTime.now(ZoneId.systemDefault()), sentence));
    }

    @Override
    public final synchronized void waits(String what) {
      starting().glance("%.0f s so far: %s", starting().seconds(), what);
    }

    private Progress starting() {
      starting = starting == null ? progress() : starting;
      return starting;
    }

    /** Ports that services must have, by their use. */
    final Map<String, Integer> ports() {
      Map<String, Integer> ports = new HashMap<>();
      ports.put(WholePlatform.INGEST, port);
      ports.put(WholePlatform.OPERATE, dashboardPort);
      ports.values().removeIf(Objects::isNull);
      ports.values().forEach(this::requirePort);
      return ports;
    }

    private void requirePort(int asked) {
      require(asked > 0 && asked < 1 << 16, "a port must be 1 to 65535, was " + asked);
    }

    /** A recipe as services are told it, checked: a file is absolute, they run elsewhere. */
    final String checkedRecipe(String recipe) {
      CleaningPlan unused = plan(recipe(recipe));
      return RecipeFile.SHIPPED.contains(recipe)
          ? recipe
          : Path.of(recipe).toAbsolutePath().toString();
    }

    /** Options of services with image workers, checked before anything starts. */
    final List<String> ofWorkers() {
      return checked(workers::arguments);
    }

    /** A signal is how the command is asked to end, so it is no failure once all is well. */
    final void onSignal(WholePlatform platform, Runnable tidy) {
      Runnable end =
          () -> {
            isAskedToEnd = true;
            platform.close();
            tidy.run();
            Runtime.getRuntime().halt(status.get());
          };
      Runtime.getRuntime().addShutdownHook(new Thread(end, "end-well"));
    }

    final void endsWith(int newStatus) {
      status.set(newStatus);
    }

    /** Waits until somebody ends the platform. */
    final int awaitEnd(WholePlatform platform) {
      platform.processes().awaitEnd();
      return status.get();
    }
  }

  /** {@code pairstream up}: the whole platform on this machine, empty at first, kept afterwards. */
  @Command(name = "up")
  static final class UpCommand extends PlatformCommands.OnPlatform {

    private static final String USUAL_RECIPE = "dalle";

    /** File in the data directory that names the recipe of the last start. */
    private static final String NOTED_RECIPE = "recipe";

    @Option(names = "--data-dir", paramLabel = "DIR", defaultValue = "pairstream-data")
    private Path dataDirectory;

    @Option(names = "--dataset", paramLabel = "NAME", defaultValue = Dataset.DEFAULT_NAME)
    private String dataset;

    @Option(names = "--recipe", paramLabel = "NAME|FILE")
    private String recipe;

    @Option(
        names = "--partitions",
        paramLabel = "N",
        defaultValue = "" + TopicCatalogue.DEFAULT_PARTITIONS)
    private int partitions;

    @Option(names = "--fetch-contact", paramLabel = "ADDRESS")
    private String fetchContact;

    /** Where the platform is, as JSON. */
    private record Up(
        String bootstrapServers,
        String schemaRegistry,
        String ingestUrl,
        String dashboardUrl,
        Path dataDir,
        long pid) {}

    @Override
    public Integer call() {
      requireAtLeast(1, "--partitions", partitions);
      Dataset checkedDataset = checked("--dataset: ", () -> new Dataset(dataset));
      if (fetchContact != null) {
        UserAgent unused = checked("--fetch-contact: ", () -> new UserAgent("0", fetchContact));
      }
      String checkedRecipe = checkedRecipe(recipe == null ? recipeOfBefore() : recipe);
      List<String> ofWorkers = ofWorkers();
      Map<String, Integer> ports = ports();
      try (WholePlatform whole =
          WholePlatform.start(dataDirectory, checkedDataset, partitions, ports, this)) {
        onSignal(whole, () -> {});
        note(checkedRecipe);
        whole.startServices(checkedRecipe, ofWorkers);
        if (fetchContact != null) {
          whole.startFetching(fetchContact);
        }
        LocalPlatform platform = whole.processes();
        Up up =
            new Up(
                platform.bootstrapServers(),
                platform.schemaRegistryUrl(),
                whole.ingestApiAddress(),
                whole.dashboardAddress(),
                platform.dataDirectory(),
                ProcessHandle.current().pid());
        endsWith(ExitStatus.DONE);
        answer(up, () -> print(up));
        say("Ctrl-C stops it.");
        return awaitEnd(whole);
      }
    }

    /**
     * The recipe that the pairs here were judged by: another one would judge new ones otherwise.
     */
    private String recipeOfBefore() {
      try {
        String before = Files.readString(dataDirectory.resolve(NOTED_RECIPE)).strip();
        if (!before.equals(USUAL_RECIPE)) {
          say("recipe %s, as before; --recipe names another", before);
        }
        return before;
      } catch (IOException e) {
        return USUAL_RECIPE; // the first start here
      }
    }

    private void note(String checkedRecipe) {
      try {
        Path unused = Files.writeString(dataDirectory.resolve(NOTED_RECIPE), checkedRecipe + "\n");
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write to " + dataDirectory, e);
      }
    }

    private void print(Up up) {
      print(
          new Table()
              .row("Kafka", up.bootstrapServers())
              .row("Schema registry", up.schemaRegistry())
              .row("Page and API", up.ingestUrl())
              .row("Dashboard", up.dashboardUrl())
              .row("Data", up.dataDir()));
    }
  }

  /**
   * {@code pairstream demo}: the whole platform at work on this machine, in a directory that is
   * removed.
   */
  @Command(name = "demo")
  static final class DemoCommand extends PlatformCommands.OnPlatform {

    @Option(names = "--pairs", paramLabel = "N", defaultValue = "500")
    private long pairs;

    @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "demo")
    private String recipe;

    @Option(names = "--exit")
    private boolean exit;

    /** Something has gone wrong that the logs may explain. */
    private volatile boolean isKept;

    @Override
    public Integer call() throws IOException, InterruptedException {
      requireAtLeast(1, "--pairs", pairs);
      String checkedRecipe = checkedRecipe(recipe);
      List<String> ofWorkers = ofWorkers();
      Map<String, Integer> ports = ports();
      Path directory = Files.createTempDirectory("pairstream-demo");
      say(
          "starting a broker, a schema registry, the topology, a feed%s",
          exit ? "" : ", the pages");
      try (WholePlatform platform =
          WholePlatform.start(
              directory,
              new Dataset(Dataset.DEFAULT_NAME),
              TopicCatalogue.DEFAULT_PARTITIONS,
              ports,
              this)) {
        onSignal(platform, () -> tidy(directory));
        // The pages take part of the machine's time, so a demo that ends by itself has none.
        if (exit) {
          platform.startPreprocessing(checkedRecipe, ofWorkers, List.of());
        } else {
          platform.startServices(checkedRecipe, ofWorkers);
          say("watch it: %s", platform.dashboardAddress());
        }
        Demo.Summary summary;
        try (Progress progress = progress()) {
          summary = new Demo(platform).run(pairs, progress);
        } catch (PlatformException e) {
          throw new PlatformException(
              "%s%nfor a slow machine: %s demo --pairs 100 --decode-deadline 30s"
                  .formatted(e.getMessage(), Hint.called()),
              e);
        }
        int found = summary.audit().differences() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
        endsWith(found);
        if (found != ExitStatus.DONE) {
          keep(directory);
        }
        String verdict = coloured(found == ExitStatus.DONE ? "green" : "red", "$0");
        answer(
            summary,
            () -> out().println("\n" + summary.toText().replaceFirst("(?m)^audit: .*$", verdict)));
        if (exit) {
          return found;
        }
        tellWhatNext(summary.outputs(), directory, platform);
        return awaitEnd(platform);
      } catch (IOException | RuntimeException e) {
        keep(directory);
        throw e;
      } finally {
        tidy(directory);
      }
    }

    private void tellWhatNext(DecidedPairs.Counts end, Path directory, WholePlatform platform) {
      PrintWriter to = json() ? err() : out();
      String called = "  " + Hint.called() + " ";
      String here = " --data-dir " + Hint.quoted(directory.toString()) + "\n";
      to.println("It keeps running. Watch it: " + platform.dashboardAddress());
      to.println("Add a picture of your own: " + platform.ingestApiAddress());
      to.println("Try next, in another terminal:");
      end.example()
          .ifPresent(
              rejected -> {
                to.print(called + "why " + rejected.id() + here);
                to.println("      (" + rejected.reason() + ": " + rejected.detail() + ")");
                to.println(
                    "  its page: " + platform.dashboardAddress() + "/#/pair/" + rejected.id());
              });
      to.print(called + "quarantine ls" + here);
      to.print(called + "lag" + here);
      to.println("Ctrl-C ends the demo and removes its data.");
      to.flush();
    }

    private void keep(Path directory) {
      if (!isAskedToEnd) {
        isKept = true;
        say("its logs stay: %s", directory.resolve("logs"));
      }
    }

    /** Removes what the demo wrote, unless it may say what was wrong. */
    private void tidy(Path directory) {
      try {
        if (!isKept) {
          Utils.delete(directory.toFile());
        }
      } catch (IOException e) {
        // The other of the two that may delete was faster, or the system's own cleaning will be.
      }
    }
  }
}
