package io.pairstream.chaos.run;

import io.pairstream.service.Cluster;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How the commands of a trainer are started: as children that end with the harness. */
final class TrainerProgram {

  private final Cluster cluster;
  private final Path folder;

  /**
   * @param folder where what they say is kept
   */
  TrainerProgram(Cluster cluster, Path folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /** Starts {@code pairstream} with these arguments; its standard output is the caller's. */
  Process start(List<String> arguments) throws IOException {
    Files.createDirectories(folder);
    Path app = Path.of(System.getProperty("pairstream.project.dir"), "command", "target", "app");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            app.resolve("lib") + "/*" + File.pathSeparator + app.resolve("decoder") + "/*",
            "io.pairstream.platform.ChildMain",
            "io.pairstream.cli.Main"));
    command.addAll(arguments);
    command.addAll(
        List.of(
            "--bootstrap-servers",
            cluster.bootstrapServers(),
            "--schema-registry",
            cluster.registryAddresses(),
            "--dataset",
            cluster.dataset().name()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().keySet().retainAll(Map.of("PATH", "", "HOME", "", "LANG", "").keySet());
    return builder.start();
  }

  /** What all of them said on standard error. */
  Path log() {
    return folder.resolve("trainer.log");
  }
}
