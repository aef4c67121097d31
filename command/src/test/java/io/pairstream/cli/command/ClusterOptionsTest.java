package io.pairstream.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClusterOptionsTest {

  @TempDir Path folder;

  /** A pair may be in two data sets, with another fate in each. */
  @Test
  void theDashboardHereIsAskedAboutItsOwnDataSetAlone() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(
        folder.resolve("platform.json"),
        """
        {"bootstrap_servers": "127.0.0.1:9092", "schema_registry": "http://127.0.0.1:8081",
         "dashboard_url": "http://127.0.0.1:8082", "dataset": "mine",
         "pid": %d, "started_at": %d, "processes": []}
        """
            .formatted(self.pid(), self.info().startInstant().orElseThrow().toEpochMilli()));

    assertThat(options("--dataset", "mine").dashboardHere()).contains("http://127.0.0.1:8082");
    assertThat(options("--dataset", "other").dashboardHere()).isEmpty();
    assertThat(options().dashboardHere()).isEmpty();
  }

  private ClusterOptions options(String... more) {
    ClusterOptions options = new ClusterOptions();
    CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
    command
        .getCommandSpec()
        .addMixin("cluster", CommandLine.Model.CommandSpec.forAnnotatedObject(options));
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--data-dir";
    arguments[1] = folder.toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    command.parseArgs(arguments);
    return options;
  }
}
