package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Drawn pictures, of which a server on loopback, or a captioner in a process, names the colours
 * that it sees: its captions become pairs, though the process that asks it is killed, and each
 * tells the colours that the picture was drawn in.
 */
@Timeout(600)
class GeneratedCaptionsTest extends OnServedDataset {

  private static final int PICTURES = 24;
  private static final int BATCH = 2;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern DRAWN =
      Pattern.compile("An? (\\w+) \\w+ in the middle, on a (\\w+) background\\.");
  private static final Pattern WRITTEN =
      Pattern.compile("The ground is (\\w+) and whatever lies upon it is (\\w+)\\.");

  /** sRGB of what is drawn, by name. */
  private static final Map<String, Integer> COLOURS =
      Map.of(
          "red", 0xD62828,
          "yellow", 0xFAD428,
          "green", 0x2E963C,
          "blue", 0x285AD6,
          "pink", 0xFA8CB4,
          "black", 0x191919,
          "white", 0xFAFAFA);

  private static final String API =
      """
      api:
        base-url: http://127.0.0.1:%d/v1
        model: m-1
        prompt: Name the colours.
        requests-per-minute: 6000
        concurrency: 2
      """;

  /** Looks at points near a corner and in the middle; made by {@code onnx_models.py}. */
  private static final String CAPTIONER =
      """
      file: encoder.onnx
      picture:
        tensor: pixel_values
        side-px: 16
        resampling: box
        scale: 0.00392156862745098
      decoder:
        file: decoder.onnx
        start: 0
        end: 1
        beams: 2
      vocabulary:
        file: tokenizer.json
      outputs:
        caption:
          tensor: words
      """;

  private final AtomicInteger calls = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void answer() throws Exception {
    dataset.createTopics(2);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", this::describe);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void eachTellsWhatThePictureShowsAndIsPublishedOnce() throws Exception {
    askAndCompare("api");
    // A kill costs what was under way.
    assertThat(calls.get() - PICTURES).isBetween(0, BATCH);
  }

  @Test
  @Tag("full")
  void aCaptionersCaptionsTellItToo() throws Exception {
    askAndCompare("captioner");
  }

  private void askAndCompare(String kind) throws Exception {
    writeCard(kind);
    Map<String, String> drawn = publish();
    preprocess();
    Await.until("all is published", () -> published().size() == PICTURES, this::said);

    PairstreamProcess killed = start(score());
    Await.until("some is asked", () -> calls.get() > PICTURES / 4 || sent() > 0, this::said);
    killed.kill();
    run(score());
    Await.until("all is decided", () -> published().size() == 2 * PICTURES, this::said);

    assertThat(sent()).isEqualTo(PICTURES);
    Map<String, PreparedPair> originals = of(SourceKind.SYNTHETIC);
    Map<String, PreparedPair> generated = of(SourceKind.GENERATED);
    assertThat(generated).containsOnlyKeys(drawn.keySet());
    generated.forEach(
        (image, pair) -> {
          assertThat(colours(WRITTEN, pair.getCaption(), 2, 1))
              .isEqualTo(colours(DRAWN, drawn.get(image), 1, 2));
          assertThat(pair.getSplit()).isEqualTo(originals.get(image).getSplit());
          assertThat(pair.getImage()).isEqualTo(originals.get(image).getImage());
          assertThat(pair.getLanguage()).isEqualTo("en");
          assertThat(pair.getTokenCount()).isGreaterThan(8);
        });
    AuditReport report = new Audit(access).run();
    assertThat(report.details()).isEmpty();
    assertThat(report.inputs()).isEqualTo(2 * PICTURES);

    int asked = calls.get();
    assertThat(run(score())).contains(" 0 questions asked");
    assertThat(calls).hasValue(asked);
    assertThat(sent()).isEqualTo(PICTURES);
  }

  /**
   * @return captions by the digest of the picture
   */
  private Map<String, String> publish() {
    Map<String, String> captions = new HashMap<>();
    DrawnPairs drawn = DrawnPairs.plain(1);
    try (PairPublisher publisher = publisher()) {
      for (int i = 0; i < PICTURES; i++) {
        RawPair pair = drawn.at(i).pair();
        captions.put(PairIdentity.imageDigest(pair.getImage()), pair.getCaption());
        publisher.publish(pair).join();
      }
    }
    return captions;
  }

  private String recipe() throws IOException {
    return Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            near-copies: {policy: keep-all}
            split: {validation-share: 0.2, test-share: 0.2}
            """)
        .toString();
  }

  private PairstreamProcess preprocess() throws IOException {
    return start("preprocess --workers 1 --recipe", recipe(), "--state-dir", state("preprocess"));
  }

  private String state(String service) {
    return folder.resolve(dataset.dataset().name()).resolve(service).toString();
  }

  private void writeCard(String kind) throws IOException {
    Path cards = Files.createDirectories(folder.resolve("卡片ä"));
    for (String file : List.of("encoder.onnx", "decoder.onnx", "tokenizer.json")) {
      try (InputStream in = GeneratedCaptionsTest.class.getResourceAsStream("colours-" + file)) {
        Files.copy(in, cards.resolve(file));
      }
    }
    Files.writeString(
        cards.resolve("captioner.yaml"),
        """
        name: captioner
        kind: %s
        as-pairs: true
        licence: as the provider says
        source: this test
        """
                .formatted(kind)
            + (kind.equals("api") ? API.formatted(server.getAddress().getPort()) : CAPTIONER));
  }

  private String score() {
    String cards = folder.resolve("卡片ä").toString();
    return "score --models %s --batch %d --until-end --state-dir %s"
        .formatted(cards, BATCH, state("score"));
  }

  private int sent() {
    return dataset.committed(dataset.topics().generated().name()).size();
  }

  private List<PreparedPair> published() {
    return Stream.of(
            dataset.topics().training(), dataset.topics().validation(), dataset.topics().test())
        .flatMap((Topic<PreparedPair> split) -> dataset.committedValues(split).stream())
        .toList();
  }

  private Map<String, PreparedPair> of(SourceKind kind) {
    return published().stream()
        .filter(pair -> pair.getMetadata().getSourceKind().equals(kind.name()))
        .collect(Collectors.toMap(PreparedPair::getImageDigest, pair -> pair));
  }

  /** Colours of the thing and of the ground. */
  private static List<String> colours(Pattern sentence, String caption, int thing, int ground) {
    Matcher found = sentence.matcher(caption);
    assertThat(found.matches()).as(caption).isTrue();
    return List.of(found.group(thing), found.group(ground));
  }

  private void describe(HttpExchange exchange) throws IOException {
    try (exchange) {
      calls.incrementAndGet();
      String url =
          JSON.readTree(exchange.getRequestBody().readAllBytes())
              .at("/messages/0/content/1/image_url/url")
              .asText();
      byte[] file = Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
      String text =
          "The ground is %s and whatever lies upon it is %s."
              .formatted(
                  colour(image.getRGB(4, 4)),
                  colour(image.getRGB(image.getWidth() / 2, image.getHeight() / 2)));
      byte[] body =
          "{\"choices\": [{\"message\": {\"content\": \"%s\"}}]}"
              .formatted(text)
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String colour(int rgb) {
    return COLOURS.entrySet().stream()
        .min(Comparator.comparingInt(colour -> distance(colour.getValue(), rgb)))
        .orElseThrow()
        .getKey();
  }

  private static int distance(int one, int other) {
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int difference = (one >> shift & 0xFF) - (other >> shift & 0xFF);
      sum += difference * difference;
    }
    return sum;
  }
}
