package io.pairstream.feed.python;

import io.pairstream.service.cluster.TestCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The feed in Python passes its own tests. */
@Timeout(3600)
class PythonOwnTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @Test
  void passesItsOwnTests() throws Exception {
    String output =
        PythonSources.environment()
            .run(
                PythonSources.variables(Map.of("PAIRSTREAM_BROKER", KAFKA.bootstrapServers())),
                "-m",
                "pytest",
                "--rootdir=" + PythonSources.FOLDER,
                "--config-file=" + PythonSources.FOLDER.resolve("pyproject.toml"),
                "-p",
                "no:cacheprovider",
                // Its tests wait for the broker most of the time.
                "--numprocesses=3",
                "--dist=worksteal",
                "-rs",
                "--color=no");

    output
        .lines()
        .filter(line -> line.startsWith("SKIPPED") || line.matches("\\d+ passed.*"))
        .forEach(line -> System.out.println("python feed: " + line));
  }
}
