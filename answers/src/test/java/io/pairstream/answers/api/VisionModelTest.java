package io.pairstream.answers.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.image.card.ApiCall;
import io.pairstream.image.card.ApiCard;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelAnswer.Answered;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ModelUnavailableException;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.service.http.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real server on loopback describes the picture that it gets by its colour. */
@Timeout(120)
class VisionModelTest {

  private static final String KEY = "sk-canary-4711";
  private static final ModelQuestion RED = plain(200, 10, 20);
  private static final ModelQuestion GREEN = plain(10, 200, 20);
  private static final ModelQuestion BLUE = plain(10, 20, 200);

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** Answers by a picture's colour; the colour's name where it is not here. */
  private final Map<String, Reply> scripts = new ConcurrentHashMap<>();

  @TempDir private Path folder;
  private HttpServer server;

  /** Answers in its own way. */
  private interface Reply {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", this::describe);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void writesWhatTheApiSaysOfEachPicture() throws Exception {
    assertThat(ask(card(""), RED, GREEN))
        .containsExactly(text("a red picture"), text("a green picture"));

    JsonNode request = requests.get(0);
    assertThat(request.path("model").asText()).isEqualTo("m-1");
    assertThat(request.path("max_tokens").asInt()).isEqualTo(50);
    assertThat(request.at("/messages/0/content/0/text").asText()).isEqualTo("Describe it.");
    assertThat(keys).containsOnly("Bearer " + KEY);
  }

  /** As no other part makes it. */
  @Test
  void aQuestionThatItStumblesOverCostsItselfAlone() throws Exception {
    ModelQuestion odd = new ModelQuestion(null, null);

    List<ModelAnswer> answers = ask(card(""), RED, odd, GREEN);

    assertThat(answers.get(1))
        .isEqualTo(new Failed(Failure.ODD_ANSWER, "the log says why: NullPointerException"));
    assertThat(answers).contains(text("a red picture"), text("a green picture"));
  }

  @Test
  void anAnswerThatIsTooLongCostsOnePicture() throws Exception {
    scripts.put("red", saying(" ".repeat((1 << 20) + 1)));

    List<ModelAnswer> answers = ask(card(""), RED, GREEN);

    assertThat(((Failed) answers.get(0)).detail()).startsWith("the answer is longer than ");
    assertThat(answers.get(1)).isEqualTo(text("a green picture"));
  }

  @Test
  void aRefusalAHangAndAnOddAnswerCostOnePictureEach() throws Exception {
    scripts.put("red", saying("{'choices': [{'message': {'refusal': 'I will not.'}}]}"));
    scripts.put("green", exchange -> await());
    scripts.put(
        "blue",
        saying("{'choices': [{'finish_reason': 'length', 'message': {'content': 'a blue'}}]}"));

    List<ModelAnswer> answers =
        ask(card("\n  timeout-s: 1"), RED, GREEN, BLUE, plain(200, 200, 200));

    assertThat(answers.subList(0, 3))
        .extracting(answer -> ((Failed) answer).reason())
        .containsExactly(Failure.REFUSED, Failure.TIMED_OUT, Failure.ODD_ANSWER);
    assertThat(((Failed) answers.get(0)).detail()).isEqualTo("the model refuses: I will not.");
    assertThat(answers.get(3)).isEqualTo(text("a grey picture"));
  }

  @Test
  void ofTwoChoicesTheFirstCounts() throws Exception {
    scripts.put(
        "red",
        saying("{'choices': [{'message': {'content': 'one'}}, {'message': {'content': 'two'}}]}"));

    assertThat(ask(card(""), RED)).containsExactly(text("one"));
  }

  @Test
  void noMoreCallsAreMadeThanTheCardAllows() throws Exception {
    List<ModelAnswer> answers =
        ask(card("\n  most-calls: 2\n  concurrency: 1"), RED, GREEN, BLUE, RED);

    assertThat(answers.subList(2, 4))
        .allSatisfy(
            answer -> assertThat(((Failed) answer).reason()).isEqualTo(Failure.OVER_BUDGET));
    assertThat(requests).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "401, the API does not accept the key (status 401)",
    "403, the API answered with status 403: Incorrect key *** (the prompt)",
    "404, 'the API knows no such model, or is not at this address (status 404):"
        + " Incorrect key *** (the prompt)'"
  })
  void whatAPersonHasToMendEndsTheAskingForGood(int status, String said) throws Exception {
    scripts.put("red", refusing(status, "", "Incorrect key " + KEY + "\\nDescribe it."));
    try (VisionModel model = new VisionModel(card(""), KEY, new NoWaiting(), Duration.ZERO)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> model.ask(List.of(RED)))
            .isInstanceOf(InvalidCardException.class)
            .hasMessage("card captioner: " + said);
      }
    }
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | Unsupported parameter: max_tokens is not supported. Use max_completion_tokens.",
        "400 | Unsupported value: temperature does not support 0 with this model.",
        "400 | Invalid value: auto. detail is low or high.",
        "422 | This model cannot see pictures.",
        "413 | The context has 512 tokens."
      })
  void aRequestThatIsRejectedForAnyPictureEndsTheAsking(int status, String said) throws Exception {
    List.of("red", "green", "blue", "grey")
        .forEach(colour -> scripts.put(colour, refusing(status, "", said)));
    ModelQuestion[] questions = new ModelQuestion[60];
    Arrays.setAll(questions, i -> plain(200, i, i));

    assertThatThrownBy(() -> ask(card(""), questions))
        .isInstanceOf(InvalidCardException.class)
        .hasMessageStartingWith("card captioner: the API answered with status " + status)
        .hasMessageContaining(said);
    assertThat(requests).as("4 at once, and as many of a made picture").hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void aRejectedPictureCostsItselfAnAnswerWhereAnyOtherIsSeen() throws Exception {
    scripts.put("red", refusing(400, "", "too small"));

    List<ModelAnswer> answers = ask(card(""), RED, GREEN, plain(200, 0, 0), plain(201, 0, 0));

    assertThat(((Failed) answers.get(0)).detail()).endsWith("status 400: too small");
    assertThat(answers.get(1)).isEqualTo(text("a green picture"));
  }

  /** An outage is no fault of a picture, however long it lasts. */
  @Test
  void anApiThatFailsForAnyPictureIsWaitedFor() throws Exception {
    scripts.put("red", exchange -> send(exchange, 500, "{}"));
    scripts.put("grey", exchange -> send(exchange, 500, "{}"));
    try (VisionModel model = new VisionModel(card(""), KEY, new NoWaiting(), Duration.ZERO)) {
      assertThatThrownBy(() -> model.ask(List.of(RED)))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessageContaining("status 500");
      scripts.clear();

      assertThat(model.ask(List.of(RED))).containsExactly(text("a red picture"));
    }
  }

  @Test
  void theCardNamesOrLeavesOutParameters() throws Exception {
    ApiCard usual = card("");
    ApiCard card = card("\n  max-tokens-parameter: max_completion_tokens\n  temperature: none");

    ask(card, RED);
    assertThat(requests.get(0).path("max_completion_tokens").asInt()).isEqualTo(50);
    assertThat(requests.get(0).has("max_tokens")).isFalse();
    assertThat(requests.get(0).has("temperature")).isFalse();

    ask(card("\n  max-tokens-parameter: none"), RED);
    assertThat(requests.get(1).has("max_tokens")).isFalse();
    assertThat(requests.get(1).path("temperature").asInt(-1)).isZero();
    assertThat(card("\n  max-tokens-parameter: none").digest()).isEqualTo(usual.digest());
    assertThatThrownBy(() -> card("\n  max-tokens-parameter: Max Tokens"))
        .isInstanceOf(InvalidCardException.class)
        .hasMessageContaining("is not one of max_tokens, max_completion_tokens, none");
  }

  @Test
  void aTextIsCleanedAndNothingButATextIsOne() throws Exception {
    scripts.put(
        "red",
        saying(
            "{'choices': [{'message': {'content':"
                + " '<think>Red?</think>\\nSure! **A\\u0000red\\u001bpicture**'}}]}"));
    scripts.put("green", saying("{'choices': [{'message': {'content': 1e999999999}}]}"));
    scripts.put("blue", saying("{'choices': [{'message': {'content': '<think>Is it blue'}}]}"));

    List<ModelAnswer> answers = ask(card(""), RED, GREEN, BLUE);

    assertThat(answers.get(0)).isEqualTo(text("A red picture"));
    assertThat(answers.subList(1, 3))
        .extracting(answer -> ((Failed) answer).reason())
        .containsOnly(Failure.ODD_ANSWER);
  }

  @Test
  void whatCameBeforeTheApiStoppedIsNotAskedAgain() throws Exception {
    scripts.put("red", exchange -> send(exchange, 402, "{}"));
    try (VisionModel model = new VisionModel(card(""), KEY, new NoWaiting(), Duration.ZERO)) {
      assertThatThrownBy(() -> model.ask(List.of(RED, BLUE)))
          .isInstanceOf(ModelUnavailableException.class);
      scripts.clear();

      assertThat(model.ask(List.of(RED, BLUE)))
          .containsExactly(text("a red picture"), text("a blue picture"));
    }
    assertThat(requests).as("red twice, blue once").hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "402, '', wants to be paid first",
    "429, insufficient_quota, wants to be paid first",
    "301, '', status 301"
  })
  void anApiThatHasStoppedIsLeftAlone(int status, String code, String said) throws Exception {
    scripts.put("red", refusing(status, code, ""));
    try (VisionModel model = new VisionModel(card(""), KEY, new NoWaiting(), Duration.ofHours(1))) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> model.ask(List.of(RED)))
            .isInstanceOf(ModelUnavailableException.class)
            .hasMessageContaining(said);
      }
    }
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "400, content_policy_violation, Your request was rejected.",
    "400, contentFilter, filtered",
    "403, '', This is against our content policy",
    "451, '', The key may not show this"
  })
  void whatModerationRefusesCostsOnePictureAndIsNotAskedAgain(
      int status, String code, String message) throws Exception {
    scripts.put("red", refusing(status, code, message + " " + KEY));

    assertThat(ask(card(""), RED, GREEN))
        .containsExactly(
            new Failed(
                Failure.REFUSED, "the API's moderation does not let it pass: " + message + " ***"),
            text("a green picture"));
    assertThat(requests).hasSize(2);
  }

  @Test
  void waitsAsLongAsTheApiAsksAndElseLongerEachTime() throws Exception {
    Iterator<Reply> replies =
        List.<Reply>of(
                exchange -> {
                  exchange.getResponseHeaders().add("Retry-After", "37");
                  send(exchange, 429, "{}");
                },
                exchange -> {
                  exchange.sendResponseHeaders(200, 1000); // and fewer come
                  exchange.getResponseBody().write('{');
                },
                saying("no JSON"),
                exchange -> send(exchange, 500, "<html>oops</html>"),
                saying("{'choices': [{'message': {'content': 'at last'}}]}"))
            .iterator();
    scripts.put("red", exchange -> replies.next().to(exchange));
    NoWaiting pace = new NoWaiting();

    try (VisionModel model = new VisionModel(card(""), KEY, pace, Duration.ZERO)) {
      assertThat(model.ask(List.of(RED))).containsExactly(text("at last"));
    }

    assertThat(pace.pauses)
        .containsSubsequence(
            Duration.ofSeconds(37),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(16));
  }

  @Test
  void neverBeginsMoreRequestsThanAMinuteMayHave() throws Exception {
    NoWaiting pace = new NoWaiting(30);
    ModelQuestion[] questions = new ModelQuestion[10];
    Arrays.setAll(questions, i -> plain(200, i, i));

    try (VisionModel model = new VisionModel(card(""), KEY, pace, Duration.ZERO)) {
      model.ask(List.of(questions));
    }

    // The first begins at once, nine more each two seconds after the one before.
    assertThat(Duration.ofNanos(pace.nanos)).isGreaterThanOrEqualTo(Duration.ofSeconds(18));
  }

  @ParameterizedTest
  @CsvSource({
    "api.example, '', the base URL is no address of an API",
    "ftp://api.example, '', the base URL is no address of an API",
    "https://ann:x@api.example, '', the base URL is no address of an API",
    "http://a|b/, '', the base URL is no address of an API",
    "http://api.example/v1, key, use https",
    "http://127.evil.example, key, use https",
    "https://api.example, two words, one word of printable ASCII"
  })
  void aKeyDoesNotTravelInTheOpenNorAnywhereElse(String base, String key, String message) {
    ApiCall call =
        new ApiCall(
            base,
            "m-1",
            "?",
            "",
            "none",
            1,
            OptionalDouble.empty(),
            1,
            1,
            0,
            Duration.ofSeconds(1));

    assertThatThrownBy(() -> new ChatApi(call, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anApiThatIsNotThereIsNoPicturesFault() throws Exception {
    ApiCard card = card("");
    server.stop(0);

    assertThatThrownBy(() -> ask(card, RED))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("refused, or there is no such host");
  }

  @Test
  void aKeyThatIsNotThereIsNamedAndNotAskedFor() throws Exception {
    ApiCard card = card("\n  key-variable: NO_SUCH_VARIABLE");

    assertThatThrownBy(() -> VisionModel.of(card))
        .isInstanceOf(InvalidCardException.class)
        .hasMessageContaining("the environment variable NO_SUCH_VARIABLE is not set");
  }

  @Test
  void theModelIsAnotherWhereThePromptIsAndTheSameAtAnotherAddress() throws Exception {
    ApiCard card = card("");

    assertThat(card("\n  requests-per-minute: 9").digest()).isEqualTo(card.digest());
    assertThat(card("\n  temperature: 1").digest()).isNotEqualTo(card.digest());
  }

  private List<ModelAnswer> ask(ApiCard card, ModelQuestion... questions) {
    try (VisionModel model = new VisionModel(card, KEY, new NoWaiting(), Duration.ZERO)) {
      return model.ask(List.of(questions));
    }
  }

  /** Time passes only while a thread waits. */
  private static final class NoWaiting extends RequestPace {

    private final List<Duration> pauses = new ArrayList<>();
    private long nanos;

    NoWaiting() {
      this(100_000);
    }

    NoWaiting(int perMinute) {
      super("captioner", perMinute);
    }

    @Override
    protected synchronized boolean sleep(Duration time) {
      pauses.add(time);
      nanos += time.toNanos();
      return true;
    }

    @Override
    protected synchronized long nanoTime() {
      return nanos;
    }
  }

  private ApiCard card(String api) throws IOException {
    return (ApiCard)
        ModelCard.read(
            Files.writeString(
                folder.resolve("card.yaml"),
                """
            name: captioner
            kind: api
            licence: as the provider says
            source: a server of the test
            api:
              base-url: http://127.0.0.1:%d
              model: m-1
              prompt: Describe it.
              max-tokens: 50"""
                        .formatted(server.getAddress().getPort())
                    + api
                    + "\n"));
  }

  private static Answered text(String text) {
    return new Answered(Map.of(), Map.of(), Map.of(), Map.of("caption", text));
  }

  private static ModelQuestion plain(int red, int green, int blue) {
    byte[] pixels = new byte[4 * 4 * 3];
    for (int at = 0; at < pixels.length; at += 3) {
      pixels[at] = (byte) red;
      pixels[at + 1] = (byte) green;
      pixels[at + 2] = (byte) blue;
    }
    return new ModelQuestion(ShownPicture.raw(pixels, 4, 4, 3), null);
  }

  private void describe(HttpExchange exchange) throws IOException {
    try (exchange) {
      // Some servers in Python lose the body of a request that asks to change the protocol.
      assertThat(exchange.getRequestHeaders().containsKey("Upgrade")).isFalse();
      JsonNode request = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
      requests.add(request);
      keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
      String colour = colour(request.at("/messages/0/content/1/image_url/url").asText());
      scripts
          .getOrDefault(
              colour,
              saying("{'choices': [{'message': {'content': ' a " + colour + " picture\\n'}}]}"))
          .to(exchange);
    }
  }

  private static String colour(String url) throws IOException {
    byte[] file = Base64.getDecoder().decode(url.substring("data:image/png;base64,".length()));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    int rgb = image.getRGB(2, 2);
    int[] levels = {rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF};
    int most = Arrays.stream(levels).max().orElseThrow();
    if (Arrays.stream(levels).allMatch(level -> level == most)) {
      return "grey";
    }
    return levels[0] == most ? "red" : levels[1] == most ? "green" : "blue";
  }

  private static Reply saying(String body) {
    return exchange -> send(exchange, 200, body.replace('\'', '"'));
  }

  /** An error as OpenAI words it. */
  private static Reply refusing(int status, String code, String message) {
    String body = "{\"error\": {\"code\": \"%s\", \"message\": \"%s\"}}".formatted(code, message);
    return exchange -> send(exchange, status, body);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void await() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
