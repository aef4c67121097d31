package io.pairstream.ingest.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.ingest.files.Journal;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.openai.ApiStoppedException;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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

  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final TestDataset dataset = KAFKA.dataset(2, TopicCatalogue.CROWDSOURCED);
  private final Topic<String, RawPair> topic = dataset.topics().crowdsourced();

  @TempDir Path folder;
  private LocalImagesApi api;
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
            {"prompt": "eine Eule", "caption": "Eule auf Ast", "language": "de"}
            """);

    Map<String, JsonNode> parameters =
        Map.of("n", IntNode.valueOf(2), "size", TextNode.valueOf("512x512"));
    Generation.Result result = run(prompts, plan(parameters, 1), KEY);

    assertThat(result).isEqualTo(new Generation.Result(4, result.imageBytes(), 2, 0, 0, 0, 0));
    assertThat(api.authorizations()).containsOnly("Bearer " + KEY);
    assertThat(api.requests())
        .extracting(JsonNode::toString)
        .contains(
            "{'model':'m-1','prompt':'an owl at night','n':2,'size':'512x512'}".replace('\'', '"'),
            "{'model':'m-1','prompt':'eine Eule','n':2,'size':'512x512'}".replace('\'', '"'));
    List<RawPair> pairs = dataset.committedValues(topic);
    assertThat(pairs)
        .extracting(pair -> pair.getMetadata().getSourceKind())
        .containsOnly("SYNTHETIC");
    assertThat(pairs).extracting(RawPair::getMediaType).containsOnly("image/png");
    assertThat(pairs)
        .filteredOn(pair -> pair.getCaption().equals("an owl at night"))
        .hasSize(2)
        .allSatisfy(
            owl -> {
              assertThat(owl.getLanguage()).isEqualTo("en");
              assertThat(owl.getMetadata().getContributor()).isEqualTo("ann");
              assertThat(owl.getMetadata().getLicence()).isEqualTo("CC0-1.0");
              assertThat(UTF_8.decode(owl.getImage().duplicate()).toString())
                  .matches("image \\d of an owl at night");
              assertThat(owl.getAnnotations())
                  .containsEntry("model", "m-1")
                  .containsEntry("prompt_digest", GenerationPlan.sha256("an owl at night"))
                  .containsEntry("revised_prompt", "A detailed an owl at night")
                  .containsEntry("parameters", "{\"n\":2,\"size\":\"512x512\"}")
                  .containsKey("image_number")
                  .containsEntry("shelf", "3")
                  .containsKey("request_id")
                  .doesNotContainKey("prompt");
            });
    assertThat(pairs)
        .filteredOn(pair -> pair.getCaption().equals("Eule auf Ast"))
        .extracting(RawPair::getAnnotations)
        .allSatisfy(annotations -> assertThat(annotations).containsEntry("prompt", "eine Eule"))
        .extracting(annotations -> annotations.get("image_number"))
        .containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void connectsToNoAddressInAnAnswer() throws Exception {
    try (LocalImagesApi canary = new LocalImagesApi()) {
      String url = canary.address() + "/v1/images/generations";
      api.script("an owl", LocalImagesApi.saying(200, "{\"data\": [{\"url\": \"" + url + "\"}]}"));

      assertThatThrownBy(() -> run(file("p.txt", "an owl")))
          .isInstanceOf(ApiStoppedException.class)
          .hasMessageContaining("--parameter response_format=b64_json");

      assertThat(canary.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, content_policy_violation, Your request was rejected.",
    "400, contentFilter, filtered",
    "403, '', This is against our content policy",
    "451, '', ''"
  })
  void whatModerationRefusesIsNotAskedAgain(int status, String code, String message)
      throws Exception {
    api.script("something bad", LocalImagesApi.error(status, code, "", message));
    Path prompts = file("p.txt", "something bad\nan owl");

    Generation.Result result = run(prompts);

    assertThat(result).isEqualTo(new Generation.Result(1, result.imageBytes(), 1, 1, 0, 0, 0));
    assertThat(problems).singleElement().asString().startsWith("p.txt:1: ").contains(message);
    assertThat(Files.readString(folder.resolve("state"))).contains("moderation", message);
    assertThat(run(prompts).answeredBefore()).isEqualTo(2);
    assertThat(api.asked("something bad")).isEqualTo(1);
  }

  @Test
  void whatGivesNothingIsLeftForTheNextRunAndStopsNoOther() throws Exception {
    LocalImagesApi.Reply broken = LocalImagesApi.saying(500, "");
    api.script("an owl", broken, broken, broken, broken, broken);
    api.script("no image", LocalImagesApi.saying(200, "{\"data\": []}"));
    api.script(
        "a huge owl",
        LocalImagesApi.saying(
            200,
            "{\"data\": [{\"b64_json\": \""
                + Base64.getEncoder().encodeToString(new byte[RecordSizes.MAX_IMAGE + 1])
                + "\"}]}"));
    api.script("a maze", LocalImagesApi.error(400, "", "prompt", "The prompt is too long."));
    Path prompts = file("p.txt", "an owl\na cat\nno image\na huge owl\na maze");

    Generation.Result first = run(prompts);
    Generation.Result second = run(prompts);

    assertThat(first).isEqualTo(new Generation.Result(1, first.imageBytes(), 1, 0, 4, 0, 0));
    assertThat(problems).hasSize(4).anyMatch(said -> said.contains("The prompt is too long."));
    assertThat(second).isEqualTo(new Generation.Result(3, second.imageBytes(), 3, 0, 0, 2, 0));
  }

  @Test
  void waitsAsLongAsTheApiAsksAndElseLongerEachTime() throws Exception {
    api.script(
        "an owl",
        LocalImagesApi.error(429, "rate_limit_exceeded", "", "Slow down", "Retry-After", "37"),
        LocalImagesApi.cut(),
        LocalImagesApi.saying(200, "{\"data\": [{\"b64_json\": \"***\"}]}"),
        LocalImagesApi.saying(500, "<html>oops</html>"));

    assertThat(run(file("p.txt", "an owl")).published()).isEqualTo(1);

    assertThat(time.pauses())
        .containsSubsequence(
            Duration.ofSeconds(37),
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

    // The next answer comes sooner, also where the machine stands still for a while.
    ImagesApi impatient = new ImagesApi(api.address(), "", Duration.ofSeconds(4));
    Generation.Result result = run(file("p.txt", "an owl"), plan(Map.of(), 1), impatient, 9);

    assertThat(result.published()).isEqualTo(1);
    assertThat(api.requests()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "401, invalid_api_key, the API does not accept the key",
    "403, '', status 403",
    "404, model_not_found, the API knows no such model",
    "429, insufficient_quota, the API wants to be paid first",
    "301, '', status 301"
  })
  void stopsWhereNoPromptCanBeDrawn(int status, String code, String message) throws Exception {
    api.script(
        "an owl", LocalImagesApi.error(status, code, "", "Incorrect key " + KEY + " for an owl"));
    Path prompts = file("p.txt", "an owl\n" + "a cat\n".repeat(20));

    assertThatThrownBy(() -> run(prompts, plan(Map.of(), 1), KEY))
        .isInstanceOf(ApiStoppedException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining(KEY)
        .hasMessageNotContaining("an owl");

    assertThat(api.requests()).hasSize(1);
    assertThat(run(prompts).published()).isEqualTo(21);
  }

  @Test
  void stopsWhenManyPromptsInARowGiveNothing() throws Exception {
    StringBuilder prompts = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      prompts.append("prompt ").append(i).append('\n');
      api.script("prompt " + i, LocalImagesApi.error(400, "", "", "No."));
    }

    assertThatThrownBy(() -> run(file("p.txt", prompts.toString()), plan(Map.of(), 1), ""))
        .isInstanceOf(ApiStoppedException.class)
        .hasMessageContaining("10 prompts in a row gave nothing");

    assertThat(api.requests()).hasSize(10);
  }

  @Test
  void asksForNothingTwiceThatHasItsAnswer() throws Exception {
    Path prompts = file("p.txt", "an owl\na cat\nan owl\n");

    assertThat(run(prompts, plan(Map.of(), 2), images(""), 2).published()).isEqualTo(2);
    // What a kill leaves of a line is no answer.
    Files.writeString(folder.resolve("state"), "{\"aske", StandardOpenOption.APPEND);
    Files.writeString(prompts, "a dog\nan owl\na cat\nan owl\nan owl\n");
    Generation.Result second = run(prompts);

    assertThat(second).isEqualTo(new Generation.Result(3, second.imageBytes(), 3, 0, 0, 2, 0));
    assertThat(api.asked("an owl")).isEqualTo(3);
    assertThat(run(prompts, sized("9x9"), "").answeredBefore()).isZero();
  }

  @Test
  void oneRunAtATimeWritesTheState() throws Exception {
    Path prompts = file("p.txt", "an owl");

    try (Journal<String> other = new Journal<>(folder.resolve("state"), String.class)) {
      assertThat(other.lines()).isEmpty();
      assertThatThrownBy(() -> run(prompts)).hasMessageContaining("another process notes there");
    }
    file("state", "something else\n");
    assertThatThrownBy(() -> run(prompts)).hasMessageContaining("name another file");
    assertThat(api.requests()).isEmpty();
  }

  @Test
  void neverBeginsMoreRequestsThanAMinuteMayHave() throws Exception {
    GenerationPlan plan = new GenerationPlan("m-1", Map.of(), 30, 4, "", "ann", "CC0-1.0");

    run(file("p.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"), plan, "");

    // The first begins at once, nine more each two seconds after the one before.
    assertThat(Duration.ofNanos(time.nanoTime())).isGreaterThanOrEqualTo(Duration.ofSeconds(18));
  }

  @Test
  void keyIsNowhereButInItsHeader() throws Exception {
    api.script(
        "something bad",
        LocalImagesApi.error(451, "", "", "The key " + KEY + " may not draw something bad"));

    run(file("p.txt", "something bad\nan owl"), plan(Map.of(), 2), KEY);

    assertThat(Files.readString(folder.resolve("state"))).doesNotContain(KEY);
    assertThat(problems).singleElement().asString().doesNotContain(KEY).contains("***");
    assertThat(dataset.committedValues(topic).toString()).doesNotContain(KEY);
  }

  static void awaitTheEndOfTheTest() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static GenerationPlan sized(String size) {
    return plan(Map.of("size", TextNode.valueOf(size)), 2);
  }

  private static GenerationPlan plan(Map<String, JsonNode> parameters, int concurrency) {
    return new GenerationPlan("m-1", parameters, 60, concurrency, "", "ann", "CC0-1.0");
  }

  private ImagesApi images(String key) {
    return new ImagesApi(api.address(), key, Duration.ofMinutes(5));
  }

  private Generation.Result run(Path prompts) {
    return run(prompts, plan(Map.of(), 2), "");
  }

  private Generation.Result run(Path prompts, GenerationPlan plan, String key) {
    return run(prompts, plan, images(key), Long.MAX_VALUE);
  }

  private Generation.Result run(Path prompts, GenerationPlan plan, ImagesApi images, long limit) {
    time = new FakeTime(plan.requestsPerMinute());
    try (PairPublisher publisher =
        PairPublisher.open(
            topic, dataset.registry(), dataset.clientSettings(), Clock.systemUTC())) {
      return new Generation(plan, images, publisher, new Heard(), time)
          .run(PromptFile.read(prompts), folder.resolve("state"), limit);
    }
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private final class Heard implements Generation.Listener {

    @Override
    public void published(int imageBytes) {}

    @Override
    public void problem(String where, String message) {
      problems.add(where + ": " + message);
    }

    @Override
    public void waiting(long seconds, String why) {}
  }
}
