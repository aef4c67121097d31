package io.pairstream.cli;

import io.pairstream.ingest.fetch.queue.FetchService;
import io.pairstream.ingest.fetch.queue.QueueSettings;
import io.pairstream.ingest.fetch.queue.RetryPlan;
import io.pairstream.ingest.fetch.web.AddressBlock;
import io.pairstream.ingest.fetch.web.FetchLimits;
import io.pairstream.ingest.fetch.web.FetchSettings;
import io.pairstream.ingest.fetch.web.Politeness;
import io.pairstream.ingest.fetch.web.UserAgent;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusServer;
import io.pairstream.service.requirements.WeakClusterException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream fetch}: fetches the images of links, against any cluster, until stopped. */
@Command(name = "fetch", subcommands = FetchRetryCommand.class)
final class FetchCommand extends ClusterCommand {

  @Mixin private RequirementOptions requirements;

  @Mixin private StatusOptions status;

  @Option(names = "--user-agent-contact", paramLabel = "ADDRESS")
  private String contact;

  @Option(names = "--allow-address", paramLabel = "NETWORK")
  private List<String> allowed = new ArrayList<>();

  @Option(names = "--concurrency", paramLabel = "N", defaultValue = "1000")
  private int concurrency;

  @Option(names = "--per-host-connections", paramLabel = "N", defaultValue = "2")
  private int perHost;

  @Option(names = "--per-address-connections", paramLabel = "N", defaultValue = "8")
  private int perAddress;

  @Option(names = "--per-host-interval", paramLabel = "DURATION", defaultValue = "500ms")
  private Duration interval;

  @Option(names = "--connect-timeout", paramLabel = "DURATION", defaultValue = "5s")
  private Duration connectTimeout;

  @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "15s")
  private Duration timeout;

  @Option(names = "--attempts", paramLabel = "N", defaultValue = "5")
  private int attempts;

  @Option(names = "--first-pause", paramLabel = "DURATION", defaultValue = "30s")
  private Duration firstPause;

  @Override
  public Integer call() throws IOException {
    SelfReport report = new SelfReport("fetch", Clock.systemUTC());
    FetchService service = checked(() -> service(report));
    Optional<StatusServer> server;
    try {
      server = status.open(report, err());
    } catch (IOException e) {
      service.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-fetch"));
    Optional<Throwable> fault = service.awaitEnd();
    server.ifPresent(StatusServer::close);
    if (fault.isEmpty()) {
      return ExitStatus.DONE;
    }
    if (fault.get() instanceof WeakClusterException weak) {
      throw weak;
    }
    complain(String.valueOf(fault.get().getMessage()));
    return ExitStatus.COULD_NOT;
  }

  private FetchService service(SelfReport report) {
    require(
        contact != null || !allowed.isEmpty(),
        "--user-agent-contact is missing: hosts must be told whom to ask; without it only networks"
            + " of your own can be fetched from, which --allow-address names");
    Politeness usual = Politeness.USUAL;
    FetchSettings web =
        FetchSettings.of(new UserAgent(version(), contact == null ? "" : contact))
            .allowing(allowed.stream().map(AddressBlock::parse).toList())
            .with(
                new Politeness(perHost, perAddress, interval, usual.longestWait(), usual.robots()))
            .with(
                new FetchLimits(
                    FetchLimits.USUAL.imageBytes(),
                    connectTimeout,
                    timeout,
                    FetchLimits.USUAL.redirects()))
            .withConnections(concurrency)
            .inHeap(Runtime.getRuntime().maxMemory());
    if (contact == null) {
      web = web.onPorts(Set.of()); // none of a public host
    }
    RetryPlan retries = RetryPlan.USUAL;
    QueueSettings queue =
        new QueueSettings(
            requirements.of(cluster()),
            2 * concurrency,
            perHost + 1,
            new RetryPlan(attempts, firstPause, retries.longestPause(), retries.giveUpAfter()));
    return new FetchService(
        queue, WebFetcher.open(web, Clock.systemUTC()), Clock.systemUTC(), report);
  }

  private static String version() {
    String version = FetchCommand.class.getPackage().getImplementationVersion();
    return version == null ? "0" : version;
  }
}
