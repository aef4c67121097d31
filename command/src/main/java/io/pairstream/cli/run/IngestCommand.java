package io.pairstream.cli.run;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.ingest.api.IngestService;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.requirements.Prerequisites;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream ingest}: pairs by HTTP, until it is stopped. */
@Command(name = "ingest")
public final class IngestCommand extends ClusterCommand.Fit {

  @Mixin private final Listen listen = new Listen(8080);

  @Option(names = "--anonymous")
  private boolean anonymous;

  @Option(names = "--behind-tls")
  private boolean behindTls;

  @Mixin private final StateFolder state = new StateFolder("ingest");

  @Option(names = "--records-per-second", paramLabel = "N", defaultValue = "1000")
  private double recordsPerSecond;

  @Option(names = "--bytes-per-second", paramLabel = "N", defaultValue = "67108864")
  private double bytesPerSecond;

  @Option(names = "--instances", paramLabel = "N", defaultValue = "1")
  private int instances;

  @Override
  public Integer call() throws IOException, InterruptedException {
    IngestService.Settings settings = checked(this::settings);
    IngestService service = new IngestService(Prerequisites.awaitAddress(cluster()), settings);
    return listen.run(service::start, service::port, service::close, service.fault());
  }

  private IngestService.Settings settings() {
    Rates quota = new Rates(recordsPerSecond, bytesPerSecond);
    return new IngestService.Settings(
        listen.settings(), anonymous, behindTls, state.folder(options()), quota, instances);
  }
}
