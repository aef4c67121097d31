package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Eight programs for each processor that compute all the time, beside a platform as it comes. */
@Tag("full")
@Timeout(3600)
class BusyMachineTest {

  private static final int PAIRS = 150;

  @TempDir private Path folder;

  private final List<Process> others = new ArrayList<>();

  @BeforeEach
  void compute() throws IOException {
    for (int i = 0; i < 8 * Runtime.getRuntime().availableProcessors(); i++) {
      others.add(new ProcessBuilder("sh", "-c", "while kill -0 $PPID; do :; done").start());
    }
  }

  @AfterEach
  void end() {
    others.forEach(Process::destroyForcibly);
  }

  @Test
  void demoAccountsForEveryPairAndBlamesNoPicture() throws Exception {
    Process demo =
        PairstreamProcess.builder(PairstreamProcess.words("demo --exit --json --pairs", PAIRS))
            .redirectError(folder.resolve("err").toFile())
            .start();
    String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(demo.waitFor()).as(Files.readString(folder.resolve("err"))).isZero();
    JsonNode summary = new JsonMapper().readTree(out);
    assertThat(summary.get("audit").get("differences").asLong()).isZero();
    assertThat(summary.get("quarantine").properties())
        .as("no reason but those that the drawn pairs have")
        .hasSameSizeAs(new DrawnPairs(1).rejectionsAmong(PAIRS).keySet());
  }

  @Test
  void upComesUpWithEachProcessStartedOnceAndStays() throws Exception {
    Path data = folder.resolve("data");
    try (PairstreamProcess up =
        PairstreamProcess.start(folder.resolve("up.log"), "up --data-dir", data)) {
      Await.until(
          "up is there",
          Duration.ofMinutes(45),
          () -> up.said().contains("Ctrl-C stops it.") || !up.isAlive(),
          up::said);

      assertThat(up.isAlive()).as(up.said()).isTrue();
      assertThat(up.said())
          .contains("broker ready", "registry ready", "preprocess ready", "operate ready")
          .doesNotContain("starts again", "started anew");
    }
  }
}
