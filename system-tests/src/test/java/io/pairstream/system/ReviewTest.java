package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.Published;
import io.pairstream.operations.audit.Difference;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pairs that people let in, on their whole way: quarantine, review, topology, audit. */
@Timeout(600)
class ReviewTest {

  private static final Duration SOON = Duration.ofMinutes(2);

  /** What would run if anybody took it for more than words. */
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\u202e '; --";

  @TempDir private Path folder;

  @Test
  void whatAReviewerLetsInIsTrainedOnAndTheAuditKnowsWhy() throws Exception {
    try (RunningPlatform platform = RunningPlatform.start(folder.resolve("data"), "demo")) {
      ClusterAccess cluster = new ClusterAccess(platform.cluster());
      List<Published> sent =
          publish(cluster, "a small red house", "another small house", "houses by the sea");
      platform.awaitAllDecided(SOON);
      assertThat(platform.quarantine()).isEqualTo(Map.of("IMAGE_TOO_SMALL", 3L));

      Page page = new Page(dashboard(platform), reviewersKey(cluster));
      JsonNode accepted = page.review("ACCEPTED", "", sent.get(0).pairId());
      JsonNode recaptioned =
          page.review("RECAPTIONED", "a house with a red roof", sent.get(1).pairId());
      JsonNode replayed = page.review("REPLAYED", "", sent.get(2).pairId());
      platform.awaitAllDecided(SOON);

      assertThat(List.of(accepted, recaptioned, replayed))
          .extracting(result -> result.path("outcome").asText())
          .containsOnly("DONE");
      assertLetIn(cluster, sent.get(0).pairId(), accepted);
      assertLetIn(cluster, recaptioned.path("sent_pair_id").asText(), recaptioned);
      Receipt again = receipt(cluster, sent.get(2).pairId());
      assertThat(again.getStanding()).isEqualTo("QUARANTINED");
      assertThat(again.getReviewId()).isEqualTo(replayed.path("review_id").asText());
      assertThat(platform.audit().details()).isEmpty();
      assertThat(page.actions()).contains("login", "quarantine.review");

      claimAReviewOfOnesOwn(cluster, sent.get(2));
      platform.awaitAllDecided(SOON);
      assertThat(platform.audit().details())
          .extracting(Difference::kind)
          .containsExactly(Difference.Kind.UNREVIEWED);
    }
  }

  private static void assertLetIn(ClusterAccess cluster, String pairId, JsonNode review) {
    Receipt receipt = receipt(cluster, pairId);
    assertThat(receipt.getStanding()).isIn("TRAINING", "VALIDATION", "TEST");
    assertThat(receipt.getReviewId()).isEqualTo(review.path("review_id").asText());
    List<PreparedPair> published = new ArrayList<>();
    for (Topic<String, PreparedPair> topic :
        List.of(
            cluster.topics().training(), cluster.topics().validation(), cluster.topics().test())) {
      published.addAll(last(cluster, topic, pairId).values());
    }
    assertThat(published)
        .singleElement()
        .satisfies(pair -> assertThat(pair.getReviewId()).isEqualTo(receipt.getReviewId()));
  }

  private static Receipt receipt(ClusterAccess cluster, String pairId) {
    return last(cluster, cluster.topics().receipts(), pairId).get(pairId);
  }

  private static <T> Map<String, T> last(
      ClusterAccess cluster, Topic<String, T> topic, String key) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      return LastRecords.of(cluster, log, topic, Set.of(key));
    }
  }

  private static List<Published> publish(ClusterAccess cluster, String... captions)
      throws IOException {
    List<Published> published = new ArrayList<>();
    try (PairPublisher publisher =
        PairPublisher.open(
            cluster.topics().crowdsourced(),
            cluster.registry(),
            kafka(cluster),
            Clock.systemUTC())) {
      for (int i = 0; i < captions.length; i++) {
        published.add(
            publisher
                .publish(
                    new NewPair(
                        ByteBuffer.wrap(picture(i)),
                        captions[i],
                        "en",
                        SourceKind.CROWDSOURCED,
                        HOSTILE,
                        "",
                        "",
                        "image/png",
                        Map.of()))
                .join());
      }
    }
    return published;
  }

  /** Smaller than the recipe takes, and otherwise as it should be. */
  private static byte[] picture(int number) throws IOException {
    BufferedImage image = new BufferedImage(120, 100, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(40, 120, 200 - 10 * number));
    graphics.fillRect(0, 0, 120, 50);
    graphics.setColor(new Color(200, 60, 30 + 40 * number));
    graphics.fillRect(30, 30, 50, 60);
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  /** Sends a pair that was turned away with the headers of a replay that nobody decided. */
  private static void claimAReviewOfOnesOwn(ClusterAccess cluster, Published pair)
      throws Exception {
    ConsumerRecord<byte[], byte[]> first = record(cluster, pair);
    ProducerRecord<byte[], byte[]> forged =
        new ProducerRecord<>(first.topic(), null, first.key(), first.value());
    new Replay(
            new io.pairstream.schemas.Origin(first.topic(), first.partition(), first.offset()),
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            List.of("IMAGE_TOO_SMALL"))
        .write(forged.headers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka(cluster), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(forged).get();
    }
  }

  private static ConsumerRecord<byte[], byte[]> record(ClusterAccess cluster, Published pair) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.read(
          log.everything(log.partitions(pair.topic())),
          record -> {
            if (record.partition() == pair.partition() && record.offset() == pair.offset()) {
              found.add(record);
            }
            return true;
          });
    }
    return found.get(0);
  }

  private static Map<String, Object> kafka(ClusterAccess cluster) {
    return Map.of("bootstrap.servers", cluster.clientSettings().get("bootstrap.servers"));
  }

  private static String reviewersKey(ClusterAccess cluster) {
    try (KeyIssuer issuer =
        KeyIssuer.open(
            cluster.topics().apiKeys(), cluster.registry(), kafka(cluster), Clock.systemUTC())) {
      return issuer
          .create(new NewKey("ann", Set.of(Scope.REVIEW), Rates.UNSAID, Instant.MAX))
          .text()
          .reveal();
    }
  }

  private static String dashboard(RunningPlatform platform) {
    String[] address = new String[1];
    Await.until(
        "the dashboard is open",
        SOON,
        () -> {
          address[0] = file(platform).path("dashboard_url").asText();
          return !address[0].isEmpty();
        },
        () -> file(platform));
    return address[0];
  }

  private static JsonNode file(RunningPlatform platform) {
    try {
      return new JsonMapper().readTree(platform.data().resolve("platform.json").toFile());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the page sends once somebody has logged in. */
  private static final class Page {

    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;
    private String cookie = "";

    Page(String address, String key) {
      this.address = address;
      ObjectNode login = new JsonMapper().createObjectNode().put("key", key);
      Await.until(
          "the key is known",
          SOON,
          () -> {
            HttpResponse<String> answer = send(post("/v1/session", login));
            cookie =
                answer.headers().firstValue("Set-Cookie").map(c -> c.split(";", 2)[0]).orElse("");
            return answer.statusCode() == 200;
          },
          () -> "no login");
    }

    JsonNode review(String decision, String caption, String pairId) throws IOException {
      ObjectNode request = new JsonMapper().createObjectNode();
      request.putArray("pairs").add(pairId);
      request.put("decision", decision).put("comment", HOSTILE);
      if (!caption.isEmpty()) {
        request.put("caption", caption);
      }
      HttpResponse<String> answer = send(post("/v1/reviews", request));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return new JsonMapper().readTree(answer.body()).path("results").get(0);
    }

    List<String> actions() throws IOException {
      return new JsonMapper()
          .readTree(send(request("/v1/actions").GET()).body())
          .findValuesAsText("name");
    }

    private HttpRequest.Builder post(String path, JsonNode body) {
      return request(path)
          .header("Content-Type", "application/json")
          .POST(BodyPublishers.ofString(body.toString()));
    }

    private HttpRequest.Builder request(String path) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(address + path)).header("Origin", address);
      return cookie.isEmpty() ? request : request.header("Cookie", cookie);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
      try {
        return client.send(request.build(), BodyHandlers.ofString());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
