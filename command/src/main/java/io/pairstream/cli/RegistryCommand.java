package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.registry.RegistryService;
import io.pairstream.service.http.ServerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pairstream registry}: a schema registry for those who have none, until it is stopped. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Serve schemas by Confluent's registry protocol, kept in the Kafka topic pairstream-schemas.",
      "Everybody may read; only topics create, with the credential, registers."
    })
final class RegistryCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Spec private CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8081",
      converter = ListenAddress.Reader.class,
      description = "Where to listen; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private ListenAddress listen;

  @Option(
      names = "--credential-file",
      paramLabel = "FILE",
      required = true,
      description =
          "User and password with which schemas are registered; made where there is none, for this"
              + " user's eyes alone.")
  private Path credentialFile;

  @Override
  public Integer call() throws IOException, InterruptedException {
    RegistryService service =
        RegistryService.start(
            new ClusterAccess(options.cluster()),
            ServerSettings.of(listen.hostName(), listen.port()),
            credentialFile);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  service.close();
                  closed.countDown();
                },
                "stop-registry"));
    spec.commandLine().getOut().println("listening on " + listen.url(service.port()));
    spec.commandLine().getOut().flush();
    // Whoever closed the service ends this process.
    closed.await();
    return ExitStatus.DONE;
  }
}
