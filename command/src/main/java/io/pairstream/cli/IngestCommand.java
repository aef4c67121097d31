package io.pairstream.cli;

import io.pairstream.ingest.api.IngestService;
import io.pairstream.ingest.api.IngestSettings;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream ingest}: pairs by HTTP, until it is stopped. */
@Command(name = "ingest")
final class IngestCommand extends ClusterCommand {

  @Mixin private final ListenOptions listen = new ListenOptions(8080);

  @Mixin private RequirementOptions requirements;

  @Option(names = "--anonymous")
  private boolean anonymous;

  @Option(names = "--behind-tls")
  private boolean behindTls;

  @Mixin private final StateOptions state = new StateOptions("ingest");

  @Option(names = "--records-per-second", paramLabel = "N")
  private Double recordsPerSecond;

  @Option(names = "--bytes-per-second", paramLabel = "N")
  private Double bytesPerSecond;

  @Option(names = "--instances", paramLabel = "N", defaultValue = "1")
  private int instances;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      IngestService service = new IngestService(requirements.of(cluster()), settings());
      listen.start(service::start, service::close);
      listen.announce(service.port(), json() ? "ingest_url" : "", service::close);
      return listen.awaitEnd(service.fault());
    } catch (ViewStorageException | MissingTopicException | MissingSchemaException e) {
      err().println(TerminalText.plain("pairstream: " + e.getMessage()));
      return ExitStatus.COULD_NOT;
    }
  }

  private IngestSettings settings() {
    try {
      return IngestSettings.of(listen.settings(), anonymous, behindTls, state.folder(options()))
          .withQuota(
              new Rates(
                  recordsPerSecond == null
                      ? IngestSettings.DEFAULT_QUOTA.recordsPerSecond()
                      : recordsPerSecond,
                  bytesPerSecond == null
                      ? IngestSettings.DEFAULT_QUOTA.bytesPerSecond()
                      : bytesPerSecond),
              instances);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }
}
