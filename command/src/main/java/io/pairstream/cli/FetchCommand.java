package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.fetch.queue.FetchService;
import io.pairstream.ingest.fetch.queue.QueueSettings;
import io.pairstream.ingest.fetch.queue.RetryPlan;
import io.pairstream.ingest.fetch.web.AddressBlock;
import io.pairstream.ingest.fetch.web.FetchLimits;
import io.pairstream.ingest.fetch.web.FetchSettings;
import io.pairstream.ingest.fetch.web.Politeness;
import io.pairstream.ingest.fetch.web.UserAgent;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.links.FailedLinks;
import io.pairstream.operations.links.RetryLinks;
import io.pairstream.operations.links.RetryReport;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusServer;
import io.pairstream.service.requirements.WeakClusterException;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream fetch}: fetches the images of links, against any cluster, until stopped. */
@Command(name = "fetch", subcommands = FetchCommand.Retry.class)
final class FetchCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Mixin private RequirementOptions requirements;

  @Mixin private StatusOptions status;

  @Spec private CommandSpec spec;

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
    FetchService service = service(report);
    Optional<StatusServer> server;
    try {
      server = status.open(report, spec.commandLine().getErr());
    } catch (IOException e) {
      service.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-fetch"));
    Optional<Throwable> fault = service.awaitEnd();
    server.ifPresent(StatusServer::close);
    if (fault.isPresent() && fault.get() instanceof WeakClusterException weak) {
      Main.explain(weak, spec.commandLine().getErr());
      return ExitStatus.COULD_NOT;
    }
    if (fault.isPresent()) {
      spec.commandLine()
          .getErr()
          .println("pairstream: " + TerminalText.plain(String.valueOf(fault.get().getMessage())));
      return ExitStatus.COULD_NOT;
    }
    return ExitStatus.DONE;
  }

  private FetchService service(SelfReport report) {
    if (contact == null && allowed.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--user-agent-contact is missing: hosts must be told whom to ask; without it only"
              + " networks of your own can be fetched from, which --allow-address names");
    }
    FetchSettings web;
    QueueSettings queue;
    try {
      UserAgent agent = new UserAgent(version(), contact == null ? "" : contact);
      Politeness usual = Politeness.USUAL;
      web =
          FetchSettings.of(agent)
              .allowing(allowed.stream().map(AddressBlock::parse).toList())
              .with(
                  new Politeness(
                      perHost, perAddress, interval, usual.longestWait(), usual.robots()))
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
      queue =
          new QueueSettings(
              requirements.of(options.cluster()),
              2 * concurrency,
              perHost + 1,
              new RetryPlan(attempts, firstPause, retries.longestPause(), retries.giveUpAfter()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
    return new FetchService(
        queue, WebFetcher.open(web, Clock.systemUTC()), Clock.systemUTC(), report);
  }

  private static String version() {
    String version = FetchCommand.class.getPackage().getImplementationVersion();
    return version == null ? "0" : version;
  }

  /** {@code pairstream fetch retry}: links that failed, once more. */
  @Command(name = "retry")
  static final class Retry implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Option(names = "--reason", paramLabel = "REASON")
    private String reason;

    @Option(names = "--host", paramLabel = "HOST")
    private String host;

    @Option(names = "--since", paramLabel = "TIME", converter = PastTime.class)
    private Instant since;

    @Option(names = "--dry-run")
    private boolean dryRun;

    @Override
    public Integer call() {
      FailedLinks wanted =
          new FailedLinks(
              Optional.ofNullable(reason).map(text -> text.toUpperCase(Locale.ROOT)),
              Optional.ofNullable(host).map(this::hostName),
              Optional.ofNullable(since));
      RetryLinks retry = new RetryLinks(new ClusterAccess(options.cluster()), Clock.systemUTC());
      RetryReport report = dryRun ? retry.count(wanted) : retry.send(wanted);
      PrintWriter out = spec.commandLine().getOut();
      if (options.json()) {
        out.println(json(report));
      } else {
        out.printf("%d links %s%n", report.sent(), dryRun ? "would be sent again" : "sent again");
        report
            .reasons()
            .forEach((name, count) -> out.printf("  %-24s %d%n", TerminalText.plain(name), count));
        if (report.elsewhere() > 0) {
          out.println(report.elsewhere() + " left alone: they came again before");
        }
        if (report.unusable() > 0) {
          out.println(report.unusable() + " left alone: they are no links that can be fetched");
        }
      }
      return ExitStatus.DONE;
    }

    private ObjectNode json(RetryReport report) {
      ObjectNode object =
          new JsonMapper()
              .createObjectNode()
              .put("dry_run", dryRun)
              .put("sent", report.sent())
              .put("elsewhere", report.elsewhere())
              .put("unusable", report.unusable());
      ObjectNode reasons = object.putObject("reasons");
      report.reasons().forEach(reasons::put);
      return object;
    }

    private String hostName(String text) {
      try {
        return LinkHost.of("http://" + text);
      } catch (InvalidUrlException e) {
        throw new ParameterException(spec.commandLine(), "--host: " + e.getMessage());
      }
    }
  }
}
