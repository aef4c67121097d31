package io.pairstream.ingest.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(600)
class GenerationTest {

  private static final String KEY = "sk-canary-4711";

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private final Heard heard = new Heard();

  @TempDir Path folder;
  private LocalImagesApi api;
  private final TestDataset dataset = KAFKA.dataset(2, TopicCatalogue.CROWDSOURCED);
  private final Topic<String, RawPair> topic = dataset.topics().crowdsourced();
  private FakeTime time;

  @BeforeEach
  void startApi() throws Exception {
    api = new LocalImagesApi();
  }

  @AfterEach
  void stopApi() {
    api.close();
  }

  @Test
  void publishesWhatIsDrawnWithWhatIsKnownOfIt() throws Exception {
    Path prompts =
        file(
            "prompts.jsonl",
            """
            {"prompt": "an owl at night", "language": "en", "shelf": 3}
            {"prompt": "eine Eule", "caption": "Eule auf Ast", "language": "de", "n": 2, "size": "64x64"}
            """);

    Generation.Result result =
        run(prompts, request(Map.of("size", TextNode.valueOf("512x512"))), KEY);

    assertThat(result).isEqualTo(new Generation.Result(3, result.imageBytes(), 2, 0, 0, 0, 0));
    assertThat(api.authorizations()).containsOnly("Bearer " + KEY);
    assertThat(api.requests())
        .contains(
            json("{'model': 'm-1', 'prompt': 'an owl at night', 'size': '512x512'}"),
            json("{'model': 'm-1', 'prompt': 'eine Eule', 'n': 2, 'size': '64x64'}"));
    List<RawPair> pairs = pairs();
    assertThat(pairs).extracting(RawPair::getSourceKind).containsOnly("SYNTHETIC");
    assertThat(pairs).extracting(RawPair::getMediaType).containsOnly("image/png");
    RawPair owl = pair(pairs, "an owl at night");
    assertThat(owl.getLanguage()).isEqualTo("en");
    assertThat(owl.getContributor()).isEqualTo("ann");
    assertThat(owl.getLicence()).isEqualTo("CC0-1.0");
    assertThat(text(owl.getImage())).matches("image \\d of an owl at night");
    assertThat(owl.getAnnotations())
        .containsEntry("model", "m-1")
        .containsEntry("prompt_digest", ImageRequest.sha256("an owl at night"))
        .containsEntry("revised_prompt", "A detailed an owl at night")
        .containsEntry("parameters", "{\"size\":\"512x512\"}")
        .containsEntry("image_number", "1")
        .containsEntry("shelf", "3")
        .containsKey("request_id")
        .doesNotContainKey("prompt");
    assertThat(pairs)
        .filteredOn(pair -> pair.getCaption().equals("Eule auf Ast"))
        .hasSize(2)
        .allSatisfy(
            pair ->
                assertThat(pair.getAnnotations())
                    .containsEntry("prompt", "eine Eule")
                    .containsEntry("parameters", "{\"n\":2,\"size\":\"64x64\"}"))
        .extracting(pair -> pair.getAnnotations().get("image_number"))
        .containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void connectsToNoAddressInAnAnswer() throws Exception {
    try (LocalImagesApi canary = new LocalImagesApi()) {
      String url = canary.address() + "/v1/images/generations";
      api.script("an owl", LocalImagesApi.saying(200, "{\"data\": [{\"url\": \"" + url + "\"}]}"));

      assertThatThrownBy(() -> run(file("p.txt", "an owl"), request(Map.of()), KEY, 1))
          .isInstanceOf(GenerationStoppedException.class)
          .hasMessageContaining("--parameter response_format=b64_json");

      assertThat(canary.requests()).isEmpty();
    }
  }

  @Test
  void refusesAnImageThatIsTooLarge() throws Exception {
    byte[] huge = new byte[RecordSizes.MAX_IMAGE + 1];
    api.script(
        "a huge owl",
        LocalImagesApi.saying(
            200,
            "{\"data\": [{\"b64_json\": \"" + Base64.getEncoder().encodeToString(huge) + "\"}]}"));

    Generation.Result result = run(file("p.txt", "a huge owl\nan owl"), request(Map.of()), "");

    assertThat(result.published()).isEqualTo(1);
    assertThat(refused()).singleElement().asString().contains("IMAGE_TOO_LARGE");
  }

  @ParameterizedTest
  @CsvSource({
    "400, content_policy_violation, Your request was rejected as a result of our safety system.",
    "400, moderation_blocked, Your request was rejected by the safety system.",
    "400, contentFilter, filtered",
    "403, '', This is against our content policy",
    "451, '', ''"
  })
  void keepsWhatModerationRefusesWithTheReason(int status, String code, String message)
      throws Exception {
    api.script("something bad", LocalImagesApi.error(status, code, "", message));

    Generation.Result result = run(file("p.txt", "something bad\nan owl"), request(Map.of()), "");

    assertThat(result).isEqualTo(new Generation.Result(1, result.imageBytes(), 1, 1, 0, 0, 0));
    assertThat(refused()).hasSize(1);
    JsonNode line = refused().get(0);
    assertThat(line.get("prompt").asText()).isEqualTo("something bad");
    assertThat(line.get("refused_reason").asText()).isEqualTo("CONTENT_POLICY");
    assertThat(line.get("refused_detail").asText()).contains(message);
    assertThat(api.asked("something bad")).isEqualTo(1);
  }

  @Test
  void answerWithoutAnImageIsARefusalAndNotAskedAgain() throws Exception {
    api.script("empty list", LocalImagesApi.saying(200, "{\"data\": []}"));
    api.script("empty image", LocalImagesApi.saying(200, "{\"data\": [{\"b64_json\": \"\"}]}"));

    Generation.Result result = run(file("p.txt", "empty list\nempty image"), request(Map.of()), "");

    assertThat(result.refused()).isEqualTo(2);
    assertThat(api.requests()).hasSize(2);
    assertThat(refused())
        .extracting(line -> line.get("refused_reason").asText())
        .containsOnly("IMAGE_MISSING");
  }

  @Test
  void publishesTheImagesThatCameAndKeepsTheOthersForAnotherRun() throws Exception {
    api.script(
        "three owls",
        LocalImagesApi.saying(
            200,
            "{\"data\": [{\"b64_json\": \"b3ds\"}, {\"b64_json\": null}, {\"b64_json\": \"MnM=\"}]}"));

    Generation.Result result =
        run(file("p.txt", "three owls"), request(Map.of("n", IntNode.valueOf(3))), "");

    assertThat(result.published()).isEqualTo(2);
    assertThat(result.refused()).isEqualTo(1);
    assertThat(refused()).hasSize(1);
    assertThat(refused().get(0).get("n").asInt()).isEqualTo(1);
  }

  @Test
  void refusedPromptsCanBeGivenAgain() throws Exception {
    api.script("an owl", LocalImagesApi.error(400, "", "prompt", "The prompt is too long."));
    Path prompts =
        file(
            "p.jsonl",
            "{\"prompt\": \"an owl\", \"caption\": \"Owl\", \"language\": \"en\", \"seed\": 7,"
                + " \"shelf\": \"3\"}");
    assertThat(run(prompts, request(Map.of()), "").refused()).isEqualTo(1);

    Generation.Result again = run(folder.resolve("refused.jsonl"), request(Map.of()), "", "again");

    assertThat(again.published()).isEqualTo(1);
    assertThat(api.requests().get(1)).isEqualTo(api.requests().get(0));
    RawPair pair = pair(pairs(), "Owl");
    assertThat(pair.getLanguage()).isEqualTo("en");
    assertThat(pair.getAnnotations())
        .containsEntry("shelf", "3")
        .doesNotContainKeys("refused_reason", "refused_detail");
  }

  @Test
  void waitsAsLongAsTheApiAsks() throws Exception {
    String inAMinute =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plusSeconds(600).atOffset(ZoneOffset.UTC));
    api.script(
        "an owl",
        LocalImagesApi.error(429, "rate_limit_exceeded", "", "Slow down", "Retry-After", "37"),
        LocalImagesApi.error(429, "rate_limit_exceeded", "", "Slow down", "Retry-After", inAMinute),
        LocalImagesApi.error(503, "", "", "Overloaded", "Retry-After", "41"));

    Generation.Result result = run(file("p.txt", "an owl"), request(Map.of()), "");

    assertThat(result.published()).isEqualTo(1);
    assertThat(api.requests()).hasSize(4);
    assertThat(time.pauses()).contains(Duration.ofSeconds(37), Duration.ofSeconds(41));
    assertThat(time.pauses())
        .anyMatch(pause -> pause.toSeconds() > 400 && pause.toSeconds() <= 600);
    assertThat(heard.problems).isEmpty();
  }

  @Test
  void asksAgainMoreSlowlyEachTimeWhereTheApiHasTrouble() throws Exception {
    api.script(
        "an owl",
        LocalImagesApi.saying(500, "<html>oops</html>"),
        LocalImagesApi.cut(),
        LocalImagesApi.saying(200, "not JSON"),
        LocalImagesApi.saying(200, "{\"data\": [{\"b64_json\": \"***\"}]}"));

    Generation.Result result = run(file("p.txt", "an owl"), request(Map.of()), "");

    assertThat(result.published()).isEqualTo(1);
    assertThat(time.pauses())
        .containsSubsequence(
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(16));
  }

  @Test
  void anAnswerThatDoesNotEndInTimeIsAskedForAgain() throws Exception {
    api.script(
        "an owl",
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          awaitTheEndOfTheTest();
        });

    Generation.Result result =
        run(
            file("p.txt", "an owl"),
            new ApiSettings(
                ApiSettings.address(api.address()),
                ApiKey.none(),
                // The next answer comes sooner, also where the machine stands still for a while.
                Duration.ofSeconds(4)),
            plan(request(Map.of()), 1),
            "state");

    assertThat(result.published()).isEqualTo(1);
    assertThat(api.requests()).hasSize(2);
  }

  @Test
  void whatTheApiHasTroubleWithIsLeftForTheNextRun() throws Exception {
    Path prompts = file("p.txt", "an owl\na cat");
    LocalImagesApi.Reply broken = LocalImagesApi.saying(500, "");
    api.script("an owl", broken, broken, broken, broken, broken);

    Generation.Result first = run(prompts, request(Map.of()), "");
    Generation.Result second = run(prompts, request(Map.of()), "");

    assertThat(first).isEqualTo(new Generation.Result(1, first.imageBytes(), 1, 0, 1, 0, 0));
    assertThat(second).isEqualTo(new Generation.Result(1, second.imageBytes(), 1, 0, 0, 1, 0));
    assertThat(pairs())
        .extracting(RawPair::getCaption)
        .containsExactlyInAnyOrder("an owl", "a cat");
    assertThat(Files.exists(folder.resolve("refused.jsonl"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "401, invalid_api_key, '', the API does not accept the key",
    "403, '', '', the API does not allow this",
    "404, model_not_found, model, the API knows no such model",
    "429, insufficient_quota, '', the API wants to be paid first",
    "400, billing_hard_limit_reached, '', the API wants to be paid first",
    "400, invalid_value, size, the API does not take 'size' as it is",
    "301, '', '', the API is elsewhere"
  })
  void stopsWhereNoPromptCanBeDrawn(int status, String code, String parameter, String message)
      throws Exception {
    LocalImagesApi.Reply answer =
        LocalImagesApi.error(status, code, parameter, "Incorrect key " + KEY + " for an owl");
    api.script("an owl", answer);
    Path prompts = file("p.txt", "an owl\n" + "a cat\n".repeat(50));
    ImageRequest sized = request(Map.of("size", TextNode.valueOf("9x9")));

    assertThatThrownBy(() -> run(prompts, sized, KEY, 1))
        .isInstanceOf(GenerationStoppedException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining(KEY)
        .hasMessageNotContaining("an owl");

    assertThat(api.requests()).hasSize(1);
    assertThat(run(prompts, sized, KEY).published()).isEqualTo(51);
  }

  @Test
  void aParameterOfOnePromptStopsNoOther() throws Exception {
    api.script("an owl", LocalImagesApi.error(400, "invalid_value", "size", "Unknown size"));
    Path prompts =
        file(
            "p.jsonl",
            """
            {"prompt": "an owl", "size": "9x9"}
            {"prompt": "a cat", "size": "512x512"}
            """);

    Generation.Result result = run(prompts, request(Map.of()), "");

    assertThat(result.published()).isEqualTo(1);
    assertThat(result.refused()).isEqualTo(1);
  }

  @Test
  void stopsWhenManyPromptsInARowGiveNothing() throws Exception {
    StringBuilder prompts = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      prompts.append("prompt ").append(i).append('\n');
      api.script("prompt " + i, LocalImagesApi.error(400, "", "", "No."));
    }

    assertThatThrownBy(() -> run(file("p.txt", prompts.toString()), request(Map.of()), "", 1))
        .isInstanceOf(GenerationStoppedException.class)
        .hasMessageContaining("10 prompts in a row gave nothing");

    assertThat(api.requests()).hasSize(10);
  }

  @Test
  void stopsWhenTheApiStaysBusy() throws Exception {
    LocalImagesApi.Reply[] busy = new LocalImagesApi.Reply[40];
    Arrays.fill(busy, LocalImagesApi.error(429, "", "", "Slow down"));
    api.script("an owl", busy);

    assertThatThrownBy(() -> run(file("p.txt", "an owl"), request(Map.of()), "", 1))
        .isInstanceOf(GenerationStoppedException.class)
        .hasMessageContaining("11 times in a row");
  }

  @Test
  void stopsRatherThanWaitForHours() throws Exception {
    api.script("an owl", LocalImagesApi.error(429, "", "", "Slow", "Retry-After", "7200"));

    assertThatThrownBy(() -> run(file("p.txt", "an owl"), request(Map.of()), "", 1))
        .isInstanceOf(GenerationStoppedException.class)
        .hasMessageContaining("come back in 120 minutes");
  }

  @Test
  void asksForNothingTwiceThatHasItsAnswer() throws Exception {
    api.script("something bad", LocalImagesApi.error(400, "moderation_blocked", "", "No."));
    Path prompts = file("p.txt", "an owl\na cat\nsomething bad\nan owl\n");
    ImageRequest request = request(Map.of());

    assertThat(run(prompts, request, "").published()).isEqualTo(3);
    Files.writeString(prompts, "a dog\nan owl\na cat\nsomething bad\nan owl\nan owl\n");
    Generation.Result second = run(prompts, request, "");

    assertThat(second).isEqualTo(new Generation.Result(2, second.imageBytes(), 2, 0, 0, 4, 0));
    assertThat(api.asked("an owl")).isEqualTo(3);
    assertThat(api.asked("something bad")).isEqualTo(1);
    ImageRequest larger = request(Map.of("size", TextNode.valueOf("9x9")));
    assertThat(run(prompts, larger, "").answeredBefore()).isZero();
  }

  @Test
  void takesUpToTheLimitAndGoesOnThereTheNextTime() throws Exception {
    Path prompts = file("p.txt", "1\n2\n3\n4\n5\n");

    try (PairPublisher publisher = publisher()) {
      Generation.Result first =
          generation(settings(""), plan(request(Map.of()), 2), publisher, "state")
              .run(PromptFile.read(prompts), 2);
      assertThat(first.published()).isEqualTo(2);
    }

    assertThat(run(prompts, request(Map.of()), ""))
        .extracting(Generation.Result::published, Generation.Result::answeredBefore)
        .containsExactly(3L, 2L);
  }

  @Test
  void revisedPromptIsTheCaptionWhereThatIsWanted() throws Exception {
    GenerationPlan plan =
        new GenerationPlan(request(Map.of()), 60, 1, 3, true, "en", "ann", "CC0-1.0");

    run(file("p.txt", "an owl"), settings(""), plan, "state");

    RawPair pair = pair(pairs(), "A detailed an owl");
    assertThat(pair.getAnnotations()).containsEntry("prompt", "an owl");
    assertThat(pair.getLanguage()).isEqualTo("en");
  }

  @Test
  void neverBeginsMoreRequestsThanAMinuteMayHave() throws Exception {
    GenerationPlan plan =
        new GenerationPlan(request(Map.of()), 30, 4, 3, false, "", "ann", "CC0-1.0");

    run(file("p.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"), settings(""), plan, "state");

    // The first begins at once, nine more each two seconds after the one before.
    assertThat(Duration.ofNanos(time.nanoTime())).isGreaterThanOrEqualTo(Duration.ofSeconds(18));
  }

  @Test
  void sayingWhatWouldBeAskedAsksAndWritesNothing() throws Exception {
    Path prompts =
        file("p.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \"b\", \"n\": 3}\nnot JSON\n");
    GenerationPlan plan = plan(request(Map.of("n", IntNode.valueOf(2))), 1);

    Path state = folder.resolve("state");
    PromptFile file = PromptFile.read(prompts);
    Generation.Outlook outlook =
        Generation.outlook(plan, state, topic.name(), file, Long.MAX_VALUE, heard);

    assertThat(outlook)
        .isEqualTo(
            new Generation.Outlook(2, 5, 0, 1, "{\"model\":\"m-1\",\"prompt\":\"a\",\"n\":2}"));
    assertThat(api.requests()).isEmpty();
    assertThat(Files.exists(folder.resolve("state"))).isFalse();
    run(prompts, settings(""), plan, "state");
    assertThat(Generation.outlook(plan, state, topic.name(), file, 9, heard).answeredBefore())
        .isEqualTo(2);
  }

  @Test
  void keyIsNowhereButInItsHeader() throws Exception {
    api.script(
        "something bad",
        LocalImagesApi.error(400, "", "", "The key " + KEY + " may not draw something bad"));

    run(file("p.txt", "something bad\nan owl"), request(Map.of()), KEY);

    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file)).doesNotContain(KEY);
      }
    }
    assertThat(heard.problems).singleElement().asString().doesNotContain(KEY).contains("***");
    assertThat(pairs().toString()).doesNotContain(KEY);
    assertThat(settings(KEY).toString()).doesNotContain(KEY);
  }

  static void awaitTheEndOfTheTest() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ImageRequest request(Map<String, JsonNode> parameters) {
    return new ImageRequest("m-1", parameters);
  }

  private static GenerationPlan plan(ImageRequest request, int concurrency) {
    return new GenerationPlan(request, 60, concurrency, 5, false, "", "ann", "CC0-1.0");
  }

  private ApiSettings settings(String key) {
    return new ApiSettings(
        ApiSettings.address(api.address()),
        key.isEmpty() ? ApiKey.none() : ApiKey.fromEnvironment("K", Map.of("K", key)),
        Duration.ofMinutes(5));
  }

  private Generation.Result run(Path prompts, ImageRequest request, String key) {
    return run(prompts, request, key, 2);
  }

  private Generation.Result run(Path prompts, ImageRequest request, String key, int concurrency) {
    return run(prompts, settings(key), plan(request, concurrency), "state");
  }

  private Generation.Result run(Path prompts, ImageRequest request, String key, String state) {
    return run(prompts, settings(key), plan(request, 2), state);
  }

  private Generation.Result run(
      Path prompts, ApiSettings settings, GenerationPlan plan, String state) {
    try (PairPublisher publisher = publisher()) {
      return generation(settings, plan, publisher, state)
          .run(PromptFile.read(prompts), Long.MAX_VALUE);
    }
  }

  private Generation generation(
      ApiSettings settings, GenerationPlan plan, PairPublisher publisher, String state) {
    time = new FakeTime();
    return new Generation(
        plan,
        settings,
        publisher,
        folder.resolve(state),
        folder.resolve("refused.jsonl"),
        heard,
        time);
  }

  private PairPublisher publisher() {
    return PairPublisher.open(
        topic, dataset.registry(), dataset.clientSettings(), Clock.systemUTC());
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private List<JsonNode> refused() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("refused.jsonl"))) {
      lines.add(JsonMapper.builder().build().readTree(line));
    }
    return lines;
  }

  private static JsonNode json(String text) throws Exception {
    return JsonMapper.builder().build().readTree(text.replace('\'', '"'));
  }

  private List<RawPair> pairs() {
    return dataset.committedValues(topic);
  }

  private static RawPair pair(List<RawPair> pairs, String caption) {
    return pairs.stream()
        .filter(pair -> pair.getCaption().equals(caption))
        .reduce((one, other) -> one)
        .orElseThrow();
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes.duplicate()).toString();
  }

  /** What a listener was told. */
  private static final class Heard implements GenerationListener {

    private final List<String> problems = new ArrayList<>();

    @Override
    public void published(int imageBytes) {}

    @Override
    public synchronized void problem(String where, String message) {
      problems.add(where + ": " + message);
    }

    @Override
    public void waiting(long seconds, String why) {}
  }
}
