package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.chaos.run.FaultPlan.Share;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reports of a run that was made up, an hour long. */
class ReportsTest {

  private static final Instant BEGAN = Instant.parse("2026-11-21T05:00:00Z");
  private static final int SECONDS = 3_600;

  @TempDir private Path folder;

  @Test
  void thePageSaysAllAndNeedsNothingElse() throws Exception {
    String page =
        HtmlReport.of(run(new Accounts(true, Map.of("lost", 0L, "twice", 0L), List.of())));

    Path file = Path.of("target", "chaos-generated.html");
    Files.createDirectories(file.getParent());
    Files.writeString(file, page);
    assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(300_000);
    assertThat(page)
        .contains("passed: 100000 records, 60 faults, 0 lost, 0 twice")
        .contains("mvn verify -Pchaos -Dchaos.seed=7")
        .contains("&lt;broker-1&gt; &amp; its disk")
        .contains("loop mounts: this user may not mount")
        .contains("the rule of three")
        .doesNotContain("<broker-1>")
        // No other file, from here or from elsewhere.
        .doesNotContainPattern("(src|href)\\s*=|url\\(|@import|https?://");
  }

  @Test
  void aRunThatLostSomethingSaysSoFirst() throws Exception {
    RunResult run =
        run(new Accounts(false, Map.of("lost", 2L), List.of("pairs.scraped-1 offset 7 is lost")));

    assertThat(run.passed()).isFalse();
    assertThat(HtmlReport.of(run))
        .contains("FAILED: 0 lost: 2 lost")
        .contains("pairs.scraped-1 offset 7 is lost")
        .doesNotContain("the rule of three");
    JsonNode json = new JsonMapper().readTree(JsonReport.of(run));
    assertThat(json.path("passed").booleanValue()).isFalse();
    assertThat(json.path("accounts").path("lost").longValue()).isEqualTo(2);
    assertThat(json.path("faults")).hasSize(60);
    assertThat(json.path("faults").path(0).path("seconds_to_next_output").doubleValue())
        .isPositive();
  }

  @Test
  void theTimeLineStandsInItsFileAtOnce() throws Exception {
    Path file = folder.resolve("timeline.jsonl");
    try (Timeline timeline = Timeline.in(file)) {
      timeline.add(samples().get(3));
      timeline.add(events().get(0));

      List<String> lines = Files.readAllLines(file);
      assertThat(new JsonMapper().readTree(lines.get(0)).path("resident").path("broker-1"))
          .isEqualTo(new JsonMapper().readTree("{\"pid\":1,\"bytes\":317718528}"));
      assertThat(new JsonMapper().readTree(lines.get(1)).path("kind").textValue())
          .isEqualTo(events().get(0).kind());
    }
  }

  private static RunResult run(Accounts accounts) {
    Map<String, Duration> phases = new LinkedHashMap<>();
    phases.put("start", Duration.ofSeconds(40));
    phases.put("load and faults", Duration.ofSeconds(SECONDS));
    ChaosSettings settings =
        new ChaosSettings(
            7,
            100_000,
            60,
            3,
            100,
            List.of(),
            true,
            Path.of("folder"),
            Path.of("report.html"),
            false,
            0);
    return new RunResult(
        settings,
        "mvn verify -Pchaos " + settings.asOptions(),
        "2 processors, Linux, Java 17",
        BEGAN,
        phases,
        events(),
        samples(),
        Map.of("loop mounts", "this user may not mount"),
        accounts,
        List.of(
            new Check("0 lost", accounts.figures().get("lost") + " lost", accounts.clean()),
            new Check("memory stays flat", "9 of 9 lives of 5 minutes and more", true)),
        List.of("A made-up run."));
  }

  private static List<FaultEvent> events() {
    List<Share> shares =
        List.of(
            new Share("kill -9 of an instance", 1, 4, true),
            new Share("kill -9 of a partition leader", 1, 3, true),
            new Share("one broker's disk full", 1, 1, false));
    List<FaultEvent> events = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(7);
    for (PlannedFault planned : FaultPlan.draw(7, 100_000, 60, shares, 0.2)) {
      Instant began = BEGAN.plusSeconds(planned.afterAcknowledged() * SECONDS / 100_000);
      events.add(
          new FaultEvent(
              planned.number(),
              planned.kind(),
              "<broker-1> & its disk",
              planned.afterAcknowledged(),
              began,
              began.plusSeconds(random.nextInt(3, 40)),
              Optional.of(Duration.ofMillis(random.nextInt(200, 3_000))),
              random.nextBoolean()
                  ? Optional.of(Duration.ofMillis(random.nextInt(2_000, 20_000)))
                  : Optional.empty(),
              planned.kind().startsWith("kill -9"),
              ""));
    }
    return events;
  }

  private static List<Sample> samples() {
    SplittableRandom random = new SplittableRandom(8);
    List<Sample> samples = new ArrayList<>();
    long outputs = 0;
    for (int at = 0; at < SECONDS; at++) {
      boolean down = at % 60 < 8;
      outputs += down ? 0 : random.nextInt(20, 45);
      Map<String, Sample.Resident> resident = new LinkedHashMap<>();
      for (int broker = 1; broker <= 3; broker++) {
        if (at % 600 > 5 || at < 600) {
          resident.put(
              "broker-" + broker,
              new Sample.Resident(1 + at / 600, (300 + Math.min(at % 600, 60)) * 1_048_576L));
        }
      }
      resident.put("preprocess-1", new Sample.Resident(9, 400 * 1_048_576L));
      samples.add(
          new Sample(
              BEGAN.plusSeconds(at),
              28L * at,
              outputs,
              at % 300 < 10 ? OptionalLong.empty() : OptionalLong.of(random.nextInt(0, 500)),
              resident));
    }
    return samples;
  }
}
