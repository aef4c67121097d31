package io.pairstream.feed.python;

import io.pairstream.service.cluster.TestCluster;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The feed in Python passes its own tests. */
@Timeout(3600)
class PythonOwnTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @Test
  void passesItsOwnTests() throws Exception {
    run("not full");
  }

  @Tag("full")
  @Test
  void passesItsOwnLongTests() throws Exception {
    run("full");
  }

  private static void run(String marks) throws Exception {
    String output =
        PythonSources.environment()
            .run(
                PythonSources.FOLDER,
                PythonSources.variables(Map.of("PAIRSTREAM_BROKER", KAFKA.bootstrapServers())),
                "-m",
                "pytest",
                "-p",
                "no:cacheprovider",
                "-m",
                marks,
                "--numprocesses=2",
                "--dist=worksteal",
                "-rs",
                "--color=no");

    output
        .lines()
        .filter(line -> line.startsWith("SKIPPED") || line.matches("\\d+ passed.*"))
        .forEach(line -> System.out.println("python feed: " + line));
  }
}
