package io.pairstream.cli;

import io.pairstream.ingest.api.IngestService;
import io.pairstream.ingest.api.IngestSettings;
import io.pairstream.service.keys.Rates;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream ingest}: pairs by HTTP, until it is stopped. */
@Command(name = "ingest")
final class IngestCommand extends FitClusterCommand {

  @Mixin private final ListenOptions listen = new ListenOptions(8080);

  @Option(names = "--anonymous")
  private boolean anonymous;

  @Option(names = "--behind-tls")
  private boolean behindTls;

  @Mixin private final StateOptions state = new StateOptions("ingest");

  @Option(names = "--records-per-second", paramLabel = "N", defaultValue = "1000")
  private double recordsPerSecond;

  @Option(names = "--bytes-per-second", paramLabel = "N", defaultValue = "67108864")
  private double bytesPerSecond;

  @Option(names = "--instances", paramLabel = "N", defaultValue = "1")
  private int instances;

  @Override
  public Integer call() throws IOException, InterruptedException {
    IngestService service = new IngestService(cluster(), checked(this::settings));
    return listen.run(
        service::start, service::port, service::close, service.fault(), json() ? "ingest_url" : "");
  }

  private IngestSettings settings() {
    Rates quota = new Rates(recordsPerSecond, bytesPerSecond);
    return new IngestSettings(
        listen.settings(), anonymous, behindTls, state.folder(options()), quota, instances);
  }
}
