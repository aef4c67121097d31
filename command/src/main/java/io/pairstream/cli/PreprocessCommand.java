package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.preprocess.run.StepTimes;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusServer;
import java.io.IOException;
import java.nio.file.Path;
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

  @Option(names = "--step-times", paramLabel = "FILE")
  private Path stepTimesFile;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PreprocessSettings settings = settings();
    StepTimes times = new StepTimes();
    SelfReport report = new SelfReport("preprocess", Clock.systemUTC());
    Optional<StatusServer> server = status.open(report, err());
    Optional<Throwable> fault;
    try {
      PreprocessService service = new PreprocessService(settings, times, report);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(service, times), "stop-preprocess"));
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

  private void stop(PreprocessService service, StepTimes times) {
    service.close();
    if (stepTimesFile != null) {
      try {
        new JsonMapper().writeValue(stepTimesFile.toFile(), times.soFar());
      } catch (IOException e) {
        err().println("pairstream: cannot write " + stepTimesFile + ": " + e);
      }
    }
  }
}
