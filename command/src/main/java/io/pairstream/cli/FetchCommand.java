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
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Fetch the images of links, politely, until stopped.",
      "Several instances share the links of a data set by their hosts."
    },
    subcommands = FetchCommand.Retry.class)
final class FetchCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Mixin private RequirementOptions requirements;

  @Mixin private StatusOptions status;

  @Spec private CommandSpec spec;

  @Option(
      names = "--user-agent-contact",
      paramLabel = "ADDRESS",
      description =
          "Web or e-mail address at which a host's owner learns what is done with the images, and"
              + " how to object. Hosts are told it. Without it only --allow-address is fetched"
              + " from.")
  private String contact;

  @Option(
      names = "--allow-address",
      paramLabel = "NETWORK",
      description =
          "A network that is fetched from though it is not public, such as 10.0.0.0/8. Can be"
              + " repeated. Default: none")
  private List<String> allowed = new ArrayList<>();

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Requests under way at once, all hosts together. Default: ${DEFAULT-VALUE}")
  private int concurrency;

  @Option(
      names = "--per-host-connections",
      paramLabel = "N",
      defaultValue = "2",
      description = "Requests under way at once to one host. Default: ${DEFAULT-VALUE}")
  private int perHost;

  @Option(
      names = "--per-address-connections",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Requests under way at once to one IP address, whatever the hosts there. Default:"
              + " ${DEFAULT-VALUE}")
  private int perAddress;

  @Option(
      names = "--per-host-interval",
      paramLabel = "DURATION",
      defaultValue = "500ms",
      description =
          "Least time between the starts of two requests to one host; a longer one in its"
              + " robots.txt holds. Default: ${DEFAULT-VALUE}")
  private Duration interval;

  @Option(
      names = "--connect-timeout",
      paramLabel = "DURATION",
      defaultValue = "5s",
      description = "How long a connection may take to be made. Default: ${DEFAULT-VALUE}")
  private Duration connectTimeout;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "15s",
      description = "How long a whole fetch may take. Default: ${DEFAULT-VALUE}")
  private Duration timeout;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How often a link is tried before it goes to quarantine, where its failure may pass."
              + " Default: ${DEFAULT-VALUE}")
  private int attempts;

  @Option(
      names = "--first-pause",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description =
          "Before the second attempt; each further pause is four times as long."
              + " Default: ${DEFAULT-VALUE}")
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
  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class,
      description = {
        "Send links that are in quarantine once more.",
        "A link that was sent again before, by this or by its producer, is left alone."
      })
  static final class Retry implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Option(
        names = "--reason",
        paramLabel = "REASON",
        description = "Only links that failed for this reason, such as FETCH_TIMEOUT.")
    private String reason;

    @Option(
        names = "--host",
        paramLabel = "HOST",
        description = "Only links of this host, such as images.example.org.")
    private String host;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        converter = PastTime.class,
        description = "Only links that failed since then: " + PastTime.FORMS)
    private Instant since;

    @Option(names = "--dry-run", description = "Count, and send nothing.")
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
