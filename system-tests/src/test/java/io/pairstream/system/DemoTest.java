package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPairs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job, as a stranger runs it. */
@Timeout(1800)
class DemoTest {

  private static final int PAIRS = 150;

  @TempDir private Path folder;

  @Test
  void accountsForEveryPairAndSaysSoInOneJsonObject() throws Exception {
    // As below cron, in a folder that few tools expect.
    Path home = Files.createDirectory(folder.resolve("张伟 ä"));
    Process demo =
        new UnpackedRelease(home)
            .command(
                Map.of("LANG", "C"), "demo --exit --json --decode-deadline PT25S --pairs " + PAIRS)
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
    Map<String, Long> expected = new TreeMap<>();
    new DrawnPairs(1)
        .rejectionsAmong(PAIRS)
        .forEach((reason, count) -> expected.put(reason.name(), count));
    long training = summary.get("training").asLong();
    assertThat(quarantine).isEqualTo(expected);
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
