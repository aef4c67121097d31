package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.fetch.web.UserAgent;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code pairstream up}: the whole platform on this machine, empty at first, kept between starts.
 */
@Command(name = "up")
final class UpCommand implements Callable<Integer> {

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

  @Mixin private WorkerOptions workerOptions;

  @Option(names = "--json")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    String checkedRecipe = CheckedRecipe.of(recipe, spec.commandLine());
    Dataset checkedDataset = checkedDataset();
    List<String> ofWorkers = workerOptions.arguments();
    checkContact();

    AtomicBoolean failed = new AtomicBoolean();
    try (WholePlatform whole =
        WholePlatform.start(
            PlatformSettings.in(dataDirectory).withPorts(checkedPorts()),
            checkedDataset,
            partitions,
            checkedRecipe,
            ofWorkers,
            new TerminalProgress(err))) {
      LocalPlatform platform = whole.processes();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> endWell(platform, failed), "end-well"));
      if (fetchContact != null) {
        whole.startFetching(fetchContact);
      }
      if (json) {
        out.println(asJson(whole));
      } else {
        out.println("Kafka            " + platform.bootstrapServers());
        out.println("Schema registry  " + platform.schemaRegistryUrl());
        out.println("Page and API     " + whole.ingestApiAddress());
        out.println("Dashboard        " + whole.dashboardAddress());
        out.println("Data             " + platform.dataDirectory());
      }
      out.flush();
      err.println("Ctrl-C stops it.");
      err.flush();

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

  private void checkContact() {
    if (fetchContact != null) {
      try {
        UserAgent unused = new UserAgent("0", fetchContact);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), "--fetch-contact: " + e.getMessage());
      }
    }
  }

  private Map<String, Integer> checkedPorts() {
    Map<String, Integer> checked = new HashMap<>();
    ports.forEach(
        (name, port) -> {
          if (port < 1 || port > 65_535) {
            throw new ParameterException(
                spec.commandLine(), "--port " + name + " must be 1 to 65535, was " + port);
          }
          checked.put(name.name(), port);
        });
    return checked;
  }

  private Dataset checkedDataset() {
    if (partitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "--partitions must be at least 1, was " + partitions);
    }
    try {
      return new Dataset(dataset);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--dataset: " + e.getMessage());
    }
  }

  private static String asJson(WholePlatform whole) {
    LocalPlatform platform = whole.processes();
    return new JsonMapper()
        .createObjectNode()
        .put("bootstrap_servers", platform.bootstrapServers())
        .put("schema_registry", platform.schemaRegistryUrl())
        .put("ingest_url", whole.ingestApiAddress())
        .put("dashboard_url", whole.dashboardAddress())
        .put("data_dir", platform.dataDirectory().toString())
        .put("pid", ProcessHandle.current().pid())
        .toString();
  }

  /** Being asked to stop is how this command ends, so a signal is no failure. */
  private static void endWell(LocalPlatform platform, AtomicBoolean failed) {
    platform.close();
    if (!failed.get()) {
      Runtime.getRuntime().halt(ExitStatus.DONE);
    }
  }
}
