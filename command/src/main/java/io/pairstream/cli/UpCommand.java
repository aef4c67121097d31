package io.pairstream.cli;

import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Table;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream up}: the whole platform on this machine, empty at first, kept afterwards. */
@Command(name = "up")
final class UpCommand extends PlatformCommand {

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
    requireAtLeast(1, "--partitions", partitions);
    Dataset checkedDataset = checked("--dataset: ", () -> new Dataset(dataset));
    if (fetchContact != null) {
      UserAgent unused = checked("--fetch-contact: ", () -> new UserAgent("0", fetchContact));
    }
    Services services = services(recipe);
    try (WholePlatform whole =
        WholePlatform.start(dataDirectory, checkedDataset, partitions, this::tell)) {
      onSignal(whole, () -> {});
      whole.startServices(services.recipe(), services.workers());
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
