package io.pairstream.cli.run;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream up}: the whole platform on this machine, empty at first, kept afterwards. */
@Command(name = "up")
public final class UpCommand extends OnPlatform {

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
      checked("--fetch-contact: ", () -> new UserAgent("0", fetchContact));
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

  /** The recipe that the pairs here were judged by: another one would judge new ones otherwise. */
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
      Files.writeString(dataDirectory.resolve(NOTED_RECIPE), checkedRecipe + "\n");
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
