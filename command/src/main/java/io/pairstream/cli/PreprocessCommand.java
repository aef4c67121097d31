package io.pairstream.cli;

import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusServer;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream preprocess}: the topology, against any cluster, until it is stopped. */
@Command(name = "preprocess")
final class PreprocessCommand extends ClusterCommand {

  @Mixin private RequirementOptions requirements;

  @Mixin private StatusOptions status;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Mixin private final StateOptions state = new StateOptions("state");

  @Option(names = "--threads", paramLabel = "N")
  private Integer threads;

  @Option(names = "--workers", paramLabel = "N")
  private Integer workers;

  @Mixin(name = "workers")
  private WorkerOptions workerOptions;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PreprocessSettings settings = settings();
    SelfReport report = new SelfReport("preprocess", Clock.systemUTC());
    Optional<StatusServer> server = status.open(report, err());
    Optional<Throwable> fault;
    try {
      PreprocessService service = new PreprocessService(settings, report);
      Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop-preprocess"));
      fault = service.awaitEnd();
    } finally {
      server.ifPresent(StatusServer::close);
    }
    return fault.isEmpty() ? ExitStatus.DONE : ExitStatus.COULD_NOT;
  }

  private PreprocessSettings settings() throws IOException {
    Cluster cluster = requirements.of(cluster());
    int streamThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    String workerClassPath = AppLayout.ofThisProgram().workerClassPath();
    try {
      return new PreprocessSettings(
          cluster,
          recipe,
          state.folder(options()),
          streamThreads,
          workerOptions.of(
              WorkerSettings.of(workerClassPath, workers == null ? streamThreads : workers)));
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }
}
