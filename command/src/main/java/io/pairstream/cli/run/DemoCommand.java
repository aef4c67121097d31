package io.pairstream.cli.run;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.demo.Demo;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.storage.ObjectStore;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code pairstream demo}: the whole platform at work on this machine, in a directory that is
 * removed.
 */
@Command(name = "demo")
public final class DemoCommand extends OnPlatform {

  @Option(names = "--pairs", paramLabel = "N", defaultValue = "500")
  private long pairs;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "demo")
  private String recipe;

  @Option(names = "--exit")
  private boolean exit;

  @Option(names = "--export", paramLabel = "URL")
  private String export;

  /** Something has gone wrong that the logs may explain. */
  private volatile boolean isKept;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireAtLeast(1, "--pairs", pairs);
    require(
        export == null || !Files.exists(Path.of(export)),
        "--export: " + export + " is there already; name a new folder");
    String checkedRecipe = checkedRecipe(recipe);
    List<String> ofWorkers = ofWorkers();
    Map<String, Integer> ports = ports();
    Path directory = Files.createTempDirectory("pairstream-demo");
    say("starting a broker, a schema registry, the topology, a feed%s", exit ? "" : ", the pages");
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
        platform.startPreprocessing(checkedRecipe, ofWorkers);
      } else {
        platform.startServices(checkedRecipe, ofWorkers);
        say("watch it: %s", platform.dashboardAddress());
      }
      Demo.Summary summary;
      try (Progress progress = progress();
          ObjectStore set = export == null ? null : checked(() -> ObjectStore.open(export))) {
        Demo demo = new Demo(platform);
        summary = demo.run(pairs, progress);
        if (set != null) {
          demo.export(set);
        }
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
              to.println("  its page: " + platform.dashboardAddress() + "/#/pair/" + rejected.id());
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
