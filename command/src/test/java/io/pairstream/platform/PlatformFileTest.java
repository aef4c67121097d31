package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.platform.PlatformFile.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformFileTest {

  @TempDir Path directory;

  @Test
  void hasTheKeysThatOtherProgramsRead() throws IOException {
    new PlatformFile(
            "127.0.0.1:9092",
            "http://127.0.0.1:8081",
            Map.of("ingest_url", "http://127.0.0.1:8080"),
            7,
            1_000,
            List.of(new Child("broker", 8, 2_000)))
        .write(directory);

    assertThat(Files.readString(directory.resolve("platform.json")))
        .isEqualToIgnoringWhitespace(
            """
            {
              "bootstrap_servers": "127.0.0.1:9092",
              "schema_registry": "http://127.0.0.1:8081",
              "ingest_url": "http://127.0.0.1:8080",
              "pid": 7,
              "started_at": 1000,
              "processes": [ { "name": "broker", "pid": 8, "started_at": 2000 } ]
            }
            """);
  }

  @Test
  void ignoresFileOfProcessThatEndedAlsoWhereItsNumberIsUsedAgain() throws Exception {
    Process process = new ProcessBuilder("cat").start();
    Child ended = Child.of("", process.toHandle());
    process.destroyForcibly().waitFor();
    Child self = Child.of("", ProcessHandle.current());
    Child earlier = new Child("", self.pid(), self.startedAt() - 3_600_000);

    for (Child gone : List.of(ended, earlier)) {
      PlatformFile file =
          new PlatformFile(
              "kafka:1", "http://r", Map.of(), gone.pid(), gone.startedAt(), List.of());
      file.write(directory);

      assertThat(PlatformFile.read(directory)).isEmpty();
      assertThat(PlatformFile.load(directory)).contains(file);
    }
  }
}
