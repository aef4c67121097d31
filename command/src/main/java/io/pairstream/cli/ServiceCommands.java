package io.pairstream.cli;

import io.pairstream.ingest.api.IngestService;
import io.pairstream.operations.operate.OperateService;
import io.pairstream.operations.operate.OperateSettings;
import io.pairstream.operations.registry.RegistryService;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.requirements.ClusterCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Commands that run a service of one's own, against any cluster, until it is stopped. */
final class ServiceCommands {

  private ServiceCommands() {}

  /** {@code pairstream ingest}: pairs by HTTP, until it is stopped. */
  @Command(name = "ingest")
  static final class Ingest extends ClusterCommand.Fit {

    @Mixin private final ServiceOptions.Listen listen = new ServiceOptions.Listen(8080);

    @Option(names = "--anonymous")
    private boolean anonymous;

    @Option(names = "--behind-tls")
    private boolean behindTls;

    @Mixin private final ServiceOptions.State state = new ServiceOptions.State("ingest");

    @Option(names = "--records-per-second", paramLabel = "N", defaultValue = "1000")
    private double recordsPerSecond;

    @Option(names = "--bytes-per-second", paramLabel = "N", defaultValue = "67108864")
    private double bytesPerSecond;

    @Option(names = "--instances", paramLabel = "N", defaultValue = "1")
    private int instances;

    @Override
    public Integer call() throws IOException, InterruptedException {
      IngestService service = new IngestService(cluster(), checked(this::settings));
      return listen.run(service::start, service::port, service::close, service.fault());
    }

    private IngestService.Settings settings() {
      Rates quota = new Rates(recordsPerSecond, bytesPerSecond);
      return new IngestService.Settings(
          listen.settings(), anonymous, behindTls, state.folder(options()), quota, instances);
    }
  }

  /** {@code pairstream preprocess}: the topology, against any cluster, until it is stopped. */
  @Command(name = "preprocess")
  static final class Preprocess extends ClusterCommand.Fit {

    @Mixin private ServiceOptions.Status status;

    @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

    @Mixin private final ServiceOptions.State state = new ServiceOptions.State("state");

    @Option(names = "--threads", paramLabel = "N")
    private Integer threads;

    @Option(names = "--workers", paramLabel = "N")
    private Integer workers;

    @Mixin(name = "workers")
    private ServiceOptions.Workers workerOptions;

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
      int streamThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
      return new PreprocessSettings(
          cluster(),
          recipe,
          state.folder(options()),
          streamThreads,
          workerOptions.of(workers == null ? streamThreads : workers));
    }
  }

  /** {@code pairstream operate}: the operators' page, until it is stopped. */
  @Command(name = "operate")
  static final class Operate extends ClusterCommand.Fit {

    /** Pictures are looked at by people: a few at a time. */
    private static final int PICTURE_WORKERS = 2;

    private static final String EXPORTER = "kafka-lag-exporter";

    @Mixin private final ServiceOptions.Listen listen = new ServiceOptions.Listen(8082);

    @Mixin private ServiceOptions.Workers workers;

    @Option(names = "--anonymous")
    private boolean anonymous;

    @Mixin private final ServiceOptions.State state = new ServiceOptions.State("operate");

    @Option(names = "--behind-tls")
    private boolean behindTls;

    @Option(names = "--cluster-name", paramLabel = "NAME")
    private String clusterName;

    @Option(names = "--canary", paramLabel = "TIME")
    private Duration canary;

    @Option(names = "--groups", paramLabel = "PATTERN")
    private List<String> countedGroups = List.of();

    @Option(names = "--metrics-names", paramLabel = "NAMES")
    private String metricsNames;

    @Override
    public Integer call() throws IOException, InterruptedException {
      require(
          metricsNames == null || metricsNames.equals(EXPORTER),
          "--metrics-names is " + EXPORTER + " or left out, not " + metricsNames);
      OperateService service = new OperateService(cluster(), checked(this::settings));
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
          metricsNames != null);
    }
  }

  /**
   * {@code pairstream registry}: a schema registry for those who have none, until it is stopped.
   */
  @Command(name = "registry")
  static final class Registry extends ClusterCommand.Fit {

    @Mixin private final ServiceOptions.Listen listen = new ServiceOptions.Listen(8081);

    @Option(names = "--credential-file", paramLabel = "FILE", required = true)
    private Path credentialFile;

    @Override
    public Integer call() throws IOException, InterruptedException {
      ClusterCheck.of(cluster()).onTopics(List.of()).requireOnceItAnswers();
      RegistryService service = RegistryService.start(access(), listen.settings(), credentialFile);
      return listen.run(
          () -> {}, service::port, service::close, CompletableFuture.completedFuture(null));
    }
  }
}
