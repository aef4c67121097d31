package io.pairstream.cli.run;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.service.report.SelfReport;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream preprocess}: the topology, against any cluster, until it is stopped. */
@Command(name = "preprocess")
public final class PreprocessCommand extends ClusterCommand.Fit {

  @Mixin FilesFrom filesFrom;

  @Mixin private StatusListen status;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Mixin private final StateFolder state = new StateFolder("state");

  @Option(names = "--threads", paramLabel = "N")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--workers", paramLabel = "N")
  private Integer workers;

  @Mixin(name = "workers")
  private WorkerOptions workerOptions;

  @Override
  public Integer call() throws Exception {
    PreprocessSettings settings = checked(this::settings);
    SelfReport report = new SelfReport("preprocess", Clock.systemUTC());
    return status.during(() -> run(settings, report), report, err());
  }

  private static int run(PreprocessSettings settings, SelfReport report) throws Exception {
    PreprocessService service = new PreprocessService(settings, report);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-preprocess"));
    return service.awaitEnd().isEmpty() ? ExitStatus.DONE : ExitStatus.COULD_NOT;
  }

  private PreprocessSettings settings() {
    return new PreprocessSettings(
        cluster(),
        recipe,
        state.folder(options()),
        threads,
        workerOptions.of(workers == null ? threads : workers));
  }
}
