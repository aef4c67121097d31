package io.pairstream.cli.run;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.operate.web.OperateService;
import io.pairstream.operate.web.OperateSettings;
import io.pairstream.service.requirements.Prerequisites;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream operate}: the operators' page, until it is stopped. */
@Command(name = "operate")
public final class OperateCommand extends ClusterCommand.Fit {

  /** Pictures are looked at by people: a few at a time. */
  private static final int PICTURE_WORKERS = 2;

  @Mixin private final Listen listen = new Listen(8082);

  @Mixin private WorkerOptions workers;

  @Option(names = "--anonymous")
  private boolean anonymous;

  @Mixin private final StateFolder state = new StateFolder("operate");

  @Option(names = "--behind-tls")
  private boolean behindTls;

  @ArgGroup(exclusive = false)
  private OidcOptions oidc;

  @Option(names = "--cluster-name", paramLabel = "NAME")
  private String clusterName;

  @Option(names = "--canary", paramLabel = "TIME")
  private Duration canary;

  @Option(names = "--groups", paramLabel = "PATTERN")
  private List<String> countedGroups = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    OperateSettings settings = checked(this::settings);
    OperateService service = new OperateService(Prerequisites.awaitAddress(cluster()), settings);
    return listen.run(service::start, service::port, service::close, service.fault());
  }

  private OperateSettings settings() {
    workers.requireSandbox();
    return new OperateSettings(
        listen.settings(),
        anonymous,
        behindTls,
        state.folder(options()),
        Optional.of(workers.of(PICTURE_WORKERS)),
        Optional.ofNullable(clusterName),
        countedGroups,
        Optional.ofNullable(canary),
        Optional.ofNullable(oidc).map(OidcOptions::settings));
  }
}
