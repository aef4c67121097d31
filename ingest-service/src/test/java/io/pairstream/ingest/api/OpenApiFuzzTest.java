package io.pairstream.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.PythonEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schemathesis makes requests out of the document and holds the answers against it. */
@Tag("full")
@Timeout(900)
class OpenApiFuzzTest {

  @TempDir Path brokerDir;
  @TempDir Path stateDir;
  @TempDir Path toolsDir;

  @Test
  void theDocumentIsValidAndTheServiceKeepsToIt() throws Exception {
    PythonEnvironment python =
        PythonEnvironment.of(Path.of("src/test/python/openapi-requirements.txt"));
    for (String file : List.of("schemathesis.toml", "openapi_hooks.py")) {
      Files.copy(Path.of("src/test/python", file), toolsDir.resolve(file));
    }
    Path document = Path.of("src/main/resources/io/pairstream/ingest/api/openapi.json");
    assertThat(python.run(Map.of(), "-m", "openapi_spec_validator", document.toString()))
        .endsWith("OK");

    try (EmbeddedKafka kafka = new EmbeddedKafka(brokerDir);
        IngestService service = new IngestCluster(kafka.bootstrapServers()).serve(stateDir)) {
      String address = "http://127.0.0.1:" + service.port();

      // A form or object of the right shape may still hold no picture, so that not all that fits
      // the document is taken.
      assertThat(
              python.run(
                  toolsDir,
                  Map.of(),
                  "-m",
                  "schemathesis.cli",
                  "--config-file",
                  "schemathesis.toml",
                  "run",
                  address + "/openapi.json",
                  "--exclude-checks",
                  "positive_data_acceptance",
                  "--max-examples",
                  "40",
                  "--seed",
                  "1",
                  "--request-timeout",
                  "300",
                  "--continue-on-failure",
                  "--no-color"))
          .containsPattern("Test cases:\\s+(\\d+) generated, \\1 passed");
    }
  }
}
