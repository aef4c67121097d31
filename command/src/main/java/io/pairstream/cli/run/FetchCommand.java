package io.pairstream.cli.run;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Version;
import io.pairstream.ingest.fetch.queue.FetchService;
import io.pairstream.ingest.fetch.queue.RetryPlan;
import io.pairstream.ingest.fetch.web.FetchSettings;
import io.pairstream.ingest.fetch.web.FetchSettings.Limits;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.service.report.SelfReport;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream fetch}: fetches the images of links, against any cluster, until stopped. */
@Command(name = "fetch")
public final class FetchCommand extends ClusterCommand.Fit {

  @Mixin private StatusListen status;

  @Option(names = "--user-agent-contact", paramLabel = "ADDRESS")
  private String contact;

  @Option(names = "--allow-address", paramLabel = "NETWORK")
  private List<String> allowed = new ArrayList<>();

  @Option(names = "--concurrency", paramLabel = "N", defaultValue = "1000")
  private int concurrency;

  @Option(names = "--per-host-interval", paramLabel = "TIME", defaultValue = "500ms")
  private Duration interval;

  @Option(names = "--connect-timeout", paramLabel = "TIME", defaultValue = "5s")
  private Duration connectTimeout;

  @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "15s")
  private Duration timeout;

  @Option(names = "--attempts", paramLabel = "N", defaultValue = "5")
  private int attempts;

  @Option(names = "--first-pause", paramLabel = "TIME", defaultValue = "30s")
  private Duration firstPause;

  @Override
  public Integer call() throws Exception {
    SelfReport report = new SelfReport("fetch", Clock.systemUTC());
    return status.during(() -> run(report), report, err());
  }

  private int run(SelfReport report) {
    FetchService service = checked(() -> service(report));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-fetch"));
    return service.awaitEnd().map(this::broken).orElse(ExitStatus.DONE);
  }

  private FetchService service(SelfReport report) {
    require(
        contact != null || !allowed.isEmpty(),
        "--user-agent-contact is missing: hosts need an address to ask; without it only networks"
            + " of your own can be fetched from, which --allow-address names");
    Politeness usual = Politeness.USUAL;
    Limits limits = Limits.USUAL;
    FetchSettings web =
        new FetchSettings(
            new UserAgent(Version.number(), contact == null ? "" : contact),
            allowed,
            contact == null ? Set.of() : Set.of(80, 443), // none of a public host
            new Politeness(
                usual.connections(),
                usual.addressConnections(),
                interval,
                usual.longestWait(),
                usual.robots()),
            new Limits(limits.imageBytes(), connectTimeout, timeout, limits.redirects()),
            concurrency);
    RetryPlan retries = RetryPlan.USUAL;
    FetchService.Settings queue =
        new FetchService.Settings(
            cluster(),
            2 * concurrency,
            usual.connections() + 1,
            new RetryPlan(attempts, firstPause, retries.longestPause(), retries.giveUpAfter()));
    return new FetchService(
        queue, WebFetcher.open(web, Clock.systemUTC()), Clock.systemUTC(), report);
  }
}
