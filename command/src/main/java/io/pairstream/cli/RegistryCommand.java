package io.pairstream.cli;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.registry.RegistryService;
import io.pairstream.service.Cluster;
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
final class RegistryCommand extends ClusterCommand {

  @Mixin private final ListenOptions listen = new ListenOptions(8081);

  @Mixin private RequirementOptions requirements;

  @Option(names = "--credential-file", paramLabel = "FILE", required = true)
  private Path credentialFile;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Cluster cluster = requirements.of(cluster());
    ClusterCheck.of(cluster).onTopics(List.of()).requireOnceItAnswers();
    RegistryService service =
        RegistryService.start(new ClusterAccess(cluster), listen.settings(), credentialFile);
    listen.announce(service.port(), "", service::close);
    return listen.awaitEnd(CompletableFuture.completedFuture(null));
  }
}
