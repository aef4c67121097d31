package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.door.IngestService;
import io.pairstream.ingest.door.IngestSettings;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.promises.WeakClusterException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.view.ViewStorageException;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream ingest}: pairs by HTTP, until it is stopped. */
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Take pairs by HTTP and say what became of them.")
final class IngestCommand implements Callable<Integer> {

  private static final long MIB = 1024 * 1024;

  @Mixin private ClusterOptions options;

  @Mixin private PromiseOptions promises;

  @Spec private CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8080",
      converter = ListenAddress.Reader.class,
      description = "Where to listen; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private ListenAddress listen;

  @Option(
      names = "--anonymous",
      description = "Ask for no keys. Only while listening on this machine alone.")
  private boolean anonymous;

  @Option(
      names = "--behind-tls",
      description =
          "Others reach the service by https, through a proxy. Needed to listen for more than this"
              + " machine: keys would cross the network unencrypted.")
  private boolean behindTls;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Connections at once. Default: ${DEFAULT-VALUE}")
  private int maxConnections;

  @Option(
      names = "--max-body-memory",
      paramLabel = "MIB",
      defaultValue = "128",
      description =
          "Memory for bodies that are being read or sent, in MiB; what finds no room is told to come"
              + " again. Default: ${DEFAULT-VALUE}")
  private int maxBodyMib;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where this instance alone keeps its copies of topics. Default: ingest in the data"
              + " directory")
  private Path stateDirectory;

  @Option(
      names = "--records-per-second",
      paramLabel = "N",
      description = "Quota of a producer whose key names none. Default: 1000")
  private Double recordsPerSecond;

  @Option(
      names = "--bytes-per-second",
      paramLabel = "N",
      description = "Quota of a producer whose key names none. Default: 67108864")
  private Double bytesPerSecond;

  @Option(
      names = "--instances",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "How many instances share the load; each grants that part of a quota. Default:"
              + " ${DEFAULT-VALUE}")
  private int instances;

  @Override
  public Integer call() throws IOException {
    IngestService service;
    try {
      service = new IngestService(promises.of(options.cluster()), settings());
    } catch (ViewStorageException e) {
      spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + e.getMessage()));
      return ExitStatus.COULD_NOT;
    }
    CountDownLatch closed = new CountDownLatch(1);
    try {
      service.start();
    } catch (IOException e) {
      service.close();
      throw new IOException("cannot listen on " + listen + ": " + e.getMessage(), e);
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  service.close();
                  closed.countDown();
                },
                "stop-ingest"));
    announce(service.port());
    try {
      service.fault().join();
      // Whoever closed the service ends this process.
      boolean unused = closed.await(1, TimeUnit.MINUTES);
      return ExitStatus.DONE;
    } catch (CompletionException e) {
      if (e.getCause() instanceof WeakClusterException weak) {
        Main.explain(weak, spec.commandLine().getErr());
        return ExitStatus.COULD_NOT;
      }
      if (e.getCause() instanceof MissingTopicException
          || e.getCause() instanceof MissingSchemaException) {
        spec.commandLine()
            .getErr()
            .println(TerminalText.plain("pairstream: " + e.getCause().getMessage()));
        return ExitStatus.COULD_NOT;
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.COULD_NOT;
    }
  }

  private void announce(int port) {
    String url = listen.url(port);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        options.json()
            ? JsonMapper.builder().build().createObjectNode().put("ingest_url", url).toString()
            : "listening on " + url);
    out.flush();
  }

  private IngestSettings settings() {
    try {
      return IngestSettings.of(
              ServerSettings.of(listen.hostName(), listen.port())
                  .withCapacity(maxConnections, maxBodyMib * MIB),
              anonymous,
              behindTls,
              stateDirectory == null ? options.dataDirectory().resolve("ingest") : stateDirectory)
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

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
