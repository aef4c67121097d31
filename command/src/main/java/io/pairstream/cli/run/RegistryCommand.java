package io.pairstream.cli.run;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.registry.RegistryService;
import io.pairstream.service.requirements.ClusterCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream registry}: a schema registry for those who have none, until it is stopped. */
@Command(name = "registry")
public final class RegistryCommand extends ClusterCommand.Fit {

  @Mixin private final Listen listen = new Listen(8081);

  @Option(names = "--credential-file", paramLabel = "FILE", required = true)
  private Path credentialFile;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClusterCheck.of(cluster()).onTopics(List.of()).requireOnceItAnswers();
    RegistryService service =
        RegistryService.start(access(), checked(listen::settings), credentialFile);
    return listen.run(
        () -> {}, service::port, service::close, CompletableFuture.completedFuture(null));
  }
}
