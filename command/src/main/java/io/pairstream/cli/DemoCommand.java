package io.pairstream.cli;

import io.pairstream.demo.DecidedPairs;
import io.pairstream.demo.Demo;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code pairstream demo}: the whole platform at work on this machine, in a directory that is
 * removed.
 */
@Command(name = "demo")
final class DemoCommand extends PlatformCommand {

  @Option(names = "--pairs", paramLabel = "N", defaultValue = "500")
  private long pairs;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "demo")
  private String recipe;

  @Option(names = "--exit")
  private boolean exit;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireAtLeast(1, "--pairs", pairs);
    Services services = services(recipe);
    Path directory = Files.createTempDirectory("pairstream-demo");
    say("starting a broker, a schema registry, the topology, a feed%s", exit ? "" : ", the pages");
    try (WholePlatform platform =
        WholePlatform.start(
            directory,
            new Dataset(Dataset.DEFAULT_NAME),
            TopicCatalogue.DEFAULT_PARTITIONS,
            this::tell)) {
      onSignal(platform, () -> delete(directory));
      // The pages take part of the machine's time, so a demo that ends by itself has none.
      if (exit) {
        platform.startPreprocessing(services.recipe(), services.workers(), List.of());
      } else {
        platform.startServices(services.recipe(), services.workers());
        say("watch it: %s", platform.dashboardAddress());
      }
      Demo.Summary summary;
      try (Progress progress = progress()) {
        summary = new Demo(platform).run(pairs, progress);
      }
      int found = summary.audit().differences() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
      endsWith(found);
      answer(summary, () -> out().println("\n" + summary.toText()));
      if (exit) {
        return found;
      }
      tellWhatNext(summary.outputs(), directory, platform);
      return awaitEnd(platform);
    } finally {
      delete(directory);
    }
  }

  private void tellWhatNext(DecidedPairs.Counts end, Path directory, WholePlatform platform) {
    PrintWriter to = json() ? err() : out();
    String called = "  " + Main.asCalled() + " ";
    to.println("It keeps running. Watch it: " + platform.dashboardAddress());
    to.println("Add a picture of your own: " + platform.ingestApiAddress());
    to.println("Try next, in another terminal:");
    end.example()
        .ifPresent(
            rejected -> {
              to.println(called + "why " + rejected.id() + " --data-dir " + directory);
              to.println("      (" + rejected.reason() + ": " + rejected.detail() + ")");
              to.println("  its page: " + platform.dashboardAddress() + "/#/pair/" + rejected.id());
            });
    to.println(called + "quarantine ls --data-dir " + directory);
    to.println(called + "lag --data-dir " + directory);
    to.println("Ctrl-C ends the demo and removes its data.");
    to.flush();
  }

  private static void delete(Path directory) {
    try {
      Utils.delete(directory.toFile());
    } catch (IOException e) {
      // The other of the two that may delete was faster, or the system's own cleaning will be.
    }
  }
}
