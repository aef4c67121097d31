package io.pairstream.ingest.generate;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.RawPair;
import io.pairstream.testing.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run in a process of its own, ended by {@code kill -9} with requests under way. */
@Timeout(600)
class KilledGenerationTest {

  private static final int PROMPTS = 40;
  private static final int AT_ONCE = 3;
  private static final int KILLS = 3;

  /** How a process ends that got signal 9; one that failed by itself ends otherwise. */
  private static final int KILLED = 128 + 9;

  @TempDir Path folder;

  @Test
  void asksAgainOnlyForWhatWasUnderWay() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"));
        LocalImagesApi api = new LocalImagesApi()) {
      RawTopic topic = RawTopic.create(kafka);
      Path prompts =
          Files.write(
              folder.resolve("prompts.txt"),
              IntStream.range(0, PROMPTS).mapToObj(i -> "prompt " + i).toList());

      for (int kill = 1; kill <= KILLS; kill++) {
        // This prompt's image never comes in time, so that the process dies with it under way.
        CompletableFuture<Process> run = new CompletableFuture<>();
        api.script(
            "prompt " + kill * 10,
            (exchange, request) -> {
              // By whoever is asked: the others go on to the next such prompt otherwise.
              run.join().destroyForcibly();
              GenerationTest.awaitTheEndOfTheTest();
            });
        run.complete(start(kafka, topic, api, prompts));
        assertThat(run.join().waitFor()).as("how the run ended").isEqualTo(KILLED);
      }
      assertThat(start(kafka, topic, api, prompts).waitFor()).isZero();

      Map<String, Long> published =
          topic.pairs().stream().collect(groupingBy(RawPair::getCaption, TreeMap::new, counting()));
      assertThat(published).hasSize(PROMPTS);
      long repeated = published.values().stream().mapToLong(times -> times - 1).sum();
      assertThat(repeated).isLessThanOrEqualTo((long) KILLS * AT_ONCE);
      assertThat(api.requests().size()).isLessThanOrEqualTo(PROMPTS + KILLS * AT_ONCE);
    }
  }

  private Process start(EmbeddedKafka kafka, RawTopic topic, LocalImagesApi api, Path prompts)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(
        List.of(
            kafka.bootstrapServers(),
            topic.dataset(),
            api.address(),
            prompts.toString(),
            folder.resolve("state").toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("out").toFile()))
        .start();
  }

  /** One run. */
  static final class Main implements GenerationListener {

    public static void main(String[] arguments) {
      Path state = Path.of(arguments[4]);
      try (var publisher = RawTopic.at(arguments[0], arguments[1]).publisher()) {
        GenerationPlan plan =
            new GenerationPlan(
                new ImageRequest("m", Map.of()), 100_000, AT_ONCE, 3, false, "", "", "");
        ApiSettings api =
            new ApiSettings(
                ApiSettings.address(arguments[2]), ApiKey.none(), Duration.ofMinutes(5), Set.of());
        new Generation(plan, api, publisher, state, state.resolveSibling("refused"), new Main())
            .run(PromptFile.read(Path.of(arguments[3])), Long.MAX_VALUE);
      }
    }

    @Override
    public void published(int imageBytes) {}

    @Override
    public void problem(String where, String message) {}

    @Override
    public void waiting(long seconds, String why) {}
  }
}
