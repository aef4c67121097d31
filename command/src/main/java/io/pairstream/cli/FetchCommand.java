package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.ingest.fetch.queue.FetchService;
import io.pairstream.ingest.fetch.queue.QueueSettings;
import io.pairstream.ingest.fetch.queue.RetryPlan;
import io.pairstream.ingest.fetch.web.AddressBlock;
import io.pairstream.ingest.fetch.web.FetchSettings;
import io.pairstream.ingest.fetch.web.FetchSettings.Limits;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.fetch.web.FetchSettings.UserAgent;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.operations.links.FailedLinks;
import io.pairstream.operations.links.RetryLinks;
import io.pairstream.operations.links.RetryReport;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.requirements.WeakClusterException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream fetch}: fetches the images of links, against any cluster, until stopped. */
@Command(name = "fetch", subcommands = FetchCommand.Retry.class)
final class FetchCommand extends FitClusterCommand {

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
  public Integer call() throws Exception {
    SelfReport report = new SelfReport("fetch", Clock.systemUTC());
    return status.during(() -> run(report), report, err());
  }

  private int run(SelfReport report) {
    FetchService service = checked(() -> service(report));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-fetch"));
    Optional<Throwable> fault = service.awaitEnd();
    if (fault.isEmpty()) {
      return ExitStatus.DONE;
    } else if (fault.get() instanceof WeakClusterException weak) {
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
    Limits limits = Limits.USUAL;
    FetchSettings web =
        new FetchSettings(
            new UserAgent(Main.version(), contact == null ? "" : contact),
            allowed.stream().map(AddressBlock::parse).toList(),
            contact == null ? Set.of() : Set.of(80, 443), // none of a public host
            new Politeness(perHost, perAddress, interval, usual.longestWait(), usual.robots()),
            new Limits(limits.imageBytes(), connectTimeout, timeout, limits.redirects()),
            concurrency);
    RetryPlan retries = RetryPlan.USUAL;
    QueueSettings queue =
        new QueueSettings(
            cluster(),
            2 * concurrency,
            perHost + 1,
            new RetryPlan(attempts, firstPause, retries.longestPause(), retries.giveUpAfter()));
    return new FetchService(
        queue, WebFetcher.open(web, Clock.systemUTC()), Clock.systemUTC(), report);
  }

  /** {@code pairstream fetch retry}: links that failed, once more. */
  @Command(name = "retry")
  static final class Retry extends ClusterCommand {

    @Option(names = "--reason", paramLabel = "REASON")
    private String reason;

    @Option(names = "--host", paramLabel = "HOST")
    private String host;

    @Option(names = "--since", paramLabel = "TIME")
    private Instant since;

    @Option(names = "--dry-run")
    private boolean dryRun;

    /** What was sent again, as JSON. */
    private record Retried(boolean dryRun, @JsonUnwrapped RetryReport report) {}

    @Override
    public Integer call() {
      FailedLinks wanted =
          new FailedLinks(
              Optional.ofNullable(reason).map(text -> text.toUpperCase(Locale.ROOT)),
              Optional.ofNullable(host).map(this::hostName),
              Optional.ofNullable(since));
      RetryLinks retry = new RetryLinks(access(), Clock.systemUTC());
      RetryReport report = dryRun ? retry.count(wanted) : retry.send(wanted);
      answer(new Retried(dryRun, report), () -> print(report));
      return ExitStatus.DONE;
    }

    private void print(RetryReport report) {
      print("%d links %s", report.sent(), dryRun ? "would be sent again" : "sent again");
      report.reasons().forEach((name, count) -> print("  %-24s %d", name, count));
      count("%d left alone: they came again before", report.elsewhere());
      count("%d left alone: they are no links that can be fetched", report.unusable());
    }

    private String hostName(String text) {
      try {
        return LinkHost.of("http://" + text);
      } catch (InvalidUrlException e) {
        throw wrong("--host: " + e.getMessage());
      }
    }
  }
}
