package io.pairstream.cli;

import io.pairstream.image.WorkerSettings;
import io.pairstream.operations.canary.CanarySettings;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.operations.operate.OperateService;
import io.pairstream.operations.operate.OperateSettings;
import io.pairstream.platform.AppLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream operate}: the operators' page, until it is stopped. */
@Command(
    name = "operate",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Show what the platform does: lag, verdicts, pairs, quarantine.")
final class OperateCommand implements Callable<Integer> {

  /** Pictures are looked at by people: a few at a time. */
  private static final int PICTURE_WORKERS = 2;

  @Mixin private ClusterOptions options;

  @Mixin private final ListenOptions listen = new ListenOptions(8082);

  @Mixin private RequirementOptions requirements;

  @Mixin private WorkerOptions workerOptions;

  @Spec private CommandSpec spec;

  @Option(
      names = "--anonymous",
      description =
          "Ask for no keys of those who only look. Only while listening on this machine alone.")
  private boolean anonymous;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where this instance alone keeps history and its copies of topics. Default: operate in"
              + " the data directory")
  private Path stateDirectory;

  @Option(
      names = "--behind-tls",
      description =
          "People reach the page by https, through a proxy that passes the Host on. Their browsers"
              + " then send a session's cookie no other way. Needed to listen for more than this"
              + " machine: keys would cross the network unencrypted.")
  private boolean behindTls;

  @Option(
      names = "--recipe",
      paramLabel = "NAME|FILE",
      description =
          "A recipe that judges pairs, so that its limits are shown beside what was measured; those"
              + " that come with the product are known. Can be repeated")
  private List<String> recipes = List.of();

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      description =
          "What metrics call the cluster, where one Prometheus watches several. Default: its"
              + " address")
  private String clusterName;

  @Option(
      names = "--canary",
      paramLabel = "TIME",
      description =
          "Send a pair all the way through every TIME, 60s or more, and measure how long it takes."
              + " It always ends in quarantine. Default: never")
  private Duration canary;

  @Option(
      names = "--groups",
      paramLabel = "PATTERN",
      description =
          "Groups that always run and count as the platform's own do, for the headline and alerts;"
              + " * stands for any characters. Can be repeated")
  private List<String> countedGroups = List.of();

  @Option(
      names = "--ignore",
      paramLabel = "PATTERN",
      description = "Groups that are not looked at. Can be repeated")
  private List<String> ignoredGroups = List.of();

  @Option(
      names = "--mute",
      paramLabel = "PATTERN=UNTIL",
      description =
          "Groups that decide nothing and page nobody until a time, such as"
              + " 2026-11-24T06:00:00Z; they are shown all the same. Can be repeated")
  private Map<String, String> muted = Map.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    OperateSettings settings = settings();
    workerOptions.requireSandbox();
    OperateService service = new OperateService(requirements.of(options.cluster()), settings);
    listen.start(service::start, service::close);
    listen.announce(service.port(), options.json() ? "dashboard_url" : "", service::close);
    return listen.awaitEnd(service.fault());
  }

  private Map<String, Instant> mutes() {
    Map<String, Instant> until = new HashMap<>();
    muted.forEach(
        (pattern, time) -> {
          try {
            until.put(pattern, Instant.parse(time));
          } catch (DateTimeParseException e) {
            throw new ParameterException(
                spec.commandLine(),
                "--mute %s: until when must be a time such as 2026-11-24T06:00:00Z, was %s"
                    .formatted(pattern, time));
          }
        });
    return until;
  }

  private OperateSettings settings() {
    try {
      return new OperateSettings(
          listen.settings(),
          anonymous,
          behindTls,
          stateDirectory == null ? options.dataDirectory().resolve("operate") : stateDirectory,
          Optional.of(
              workerOptions.of(
                  WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), PICTURE_WORKERS))),
          recipes,
          Optional.ofNullable(clusterName),
          new GroupChoice(countedGroups, ignoredGroups, mutes()),
          Optional.ofNullable(canary).map(CanarySettings::every),
          options::hint);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }
}
