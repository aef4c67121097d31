package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPairs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job, as a stranger runs it. */
@Timeout(3600)
class DemoTest {

  private static final int PAIRS = 150;

  @TempDir private Path folder;

  @Test
  void accountsForEveryPairAndSaysSoInOneJsonObject() throws Exception {
    requireAccounts(" --decode-deadline PT25S");
  }

  /** Eight programs for each processor compute all the time beside the demo as it comes. */
  @Test
  @Tag("full")
  void blamesNoPictureOnABusyMachine() throws Exception {
    List<Process> others = new ArrayList<>();
    try {
      for (int i = 0; i < 8 * Runtime.getRuntime().availableProcessors(); i++) {
        others.add(new ProcessBuilder("sh", "-c", "while kill -0 $PPID; do :; done").start());
      }
      requireAccounts("");
    } finally {
      others.forEach(Process::destroyForcibly);
    }
  }

  private void requireAccounts(String options) throws Exception {
    // As below cron, in a folder that few tools expect.
    Path home = Files.createDirectory(folder.resolve("张伟 ä"));
    Process demo =
        new UnpackedRelease(home)
            .command(Map.of("LANG", "C"), "demo --exit --json --pairs " + PAIRS + options)
            .redirectError(folder.resolve("err").toFile())
            .start();
    String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(demo.waitFor()).as(Files.readString(folder.resolve("err"))).isZero();
    assertThat(out.lines()).hasSize(1);
    JsonNode summary = new JsonMapper().readTree(out);
    Map<String, Long> quarantine = new TreeMap<>();
    summary
        .get("quarantine")
        .properties()
        .forEach(reason -> quarantine.put(reason.getKey(), reason.getValue().asLong()));
    long training = summary.get("training").asLong();
    assertThat(quarantine).isEqualTo(FaultsTest.expectedRejections(new DrawnPairs(1), PAIRS));
    assertThat(summary.get("published").asLong()).isEqualTo(PAIRS);
    assertThat(
            training
                + summary.get("validation").asLong()
                + summary.get("test").asLong()
                + quarantine.values().stream().mapToLong(count -> count).sum())
        .isEqualTo(PAIRS);
    assertThat(summary.get("batches").asLong()).isEqualTo(training / 32);
    assertThat(summary.get("pairs_per_second").asDouble()).isPositive();
    assertThat(summary.get("audit").get("inputs").asLong()).isEqualTo(PAIRS);
    assertThat(summary.get("audit").get("differences").asLong()).isZero();
  }
}
