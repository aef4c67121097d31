package io.pairstream.cli;

import io.pairstream.ingest.fetch.web.UserAgent;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Table;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream up}: the whole platform on this machine, empty at first, kept afterwards. */
@Command(name = "up")
final class UpCommand extends PairstreamCommand {

  @Option(names = "--data-dir", paramLabel = "DIR", defaultValue = "pairstream-data")
  private Path dataDirectory;

  @Option(names = "--dataset", paramLabel = "NAME", defaultValue = Dataset.DEFAULT_NAME)
  private String dataset;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "" + TopicCatalogue.DEFAULT_PARTITIONS)
  private int partitions;

  @Option(names = "--fetch-contact", paramLabel = "ADDRESS")
  private String fetchContact;

  @Option(names = "--port", paramLabel = "NAME=PORT")
  private Map<PortName, Integer> ports = Map.of();

  /** What a port is for. */
  enum PortName {
    broker,
    registry,
    ingest,
    operate
  }

  @Mixin private WorkerOptions workers;

  /** Where the platform is, as JSON. */
  private record Up(
      String bootstrapServers,
      String schemaRegistry,
      String ingestUrl,
      String dashboardUrl,
      Path dataDir,
      long pid) {}

  @Override
  public Integer call() throws InterruptedException {
    String checkedRecipe = CheckedRecipe.of(recipe, spec().commandLine());
    requireAtLeast(1, "--partitions", partitions);
    Dataset checkedDataset = checked("--dataset: ", () -> new Dataset(dataset));
    List<String> ofWorkers = workers.arguments();
    if (fetchContact != null) {
      UserAgent unused = checked("--fetch-contact: ", () -> new UserAgent("0", fetchContact));
    }
    AtomicBoolean failed = new AtomicBoolean();
    try (WholePlatform whole =
        WholePlatform.start(
            PlatformSettings.in(dataDirectory).withPorts(checkedPorts()),
            checkedDataset,
            partitions,
            checkedRecipe,
            ofWorkers,
            this::tell)) {
      LocalPlatform platform = whole.processes();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> endWell(platform, failed), "end-well"));
      if (fetchContact != null) {
        whole.startFetching(fetchContact);
      }
      Up up =
          new Up(
              platform.bootstrapServers(),
              platform.schemaRegistryUrl(),
              whole.ingestApiAddress(),
              whole.dashboardAddress(),
              platform.dataDirectory(),
              ProcessHandle.current().pid());
      answer(up, () -> print(up));
      say("Ctrl-C stops it.");
      Optional<String> failure = platform.awaitEnd();
      if (failure.isPresent()) {
        throw new PlatformException("stopped, because " + failure.get());
      }
      return ExitStatus.DONE;
    } catch (PlatformException e) {
      failed.set(true);
      throw e;
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

  private Map<String, Integer> checkedPorts() {
    Map<String, Integer> checked = new HashMap<>();
    ports.forEach(
        (name, port) -> {
          require(
              port >= 1 && port <= 65_535, "--port " + name + " must be 1 to 65535, was " + port);
          checked.put(name.name(), port);
        });
    return checked;
  }

  /** Being asked to stop is how this command ends, so a signal is no failure. */
  private static void endWell(LocalPlatform platform, AtomicBoolean failed) {
    platform.close();
    if (!failed.get()) {
      Runtime.getRuntime().halt(ExitStatus.DONE);
    }
  }
}
