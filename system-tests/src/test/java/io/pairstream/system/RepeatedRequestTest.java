package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.platform.Readiness;
import io.pairstream.testing.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is sent again over HTTP, one by one or as a batch, is published once. */
@Tag("full")
@Timeout(1800)
class RepeatedRequestTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void ofEachPairThatComesAgainOneRecordIsPublished() throws Exception {
    DrawnPairs pairs = new DrawnPairs(32, 0.0);
    String single = json(pairs, 0);
    String batch = json(pairs, 1) + "\n" + json(pairs, 2) + "\n";

    try (RunningPlatform platform = RunningPlatform.start(folder.resolve("data"), "demo")) {
      String server = platform.address("ingest_url");
      Readiness ready = Readiness.httpOk(URI.create(server + "/health/ready"));
      Await.until("the server is ready", ready::isReady, () -> platform.data());

      String id = post(server + "/v1/pairs", "application/json", single).get(0).get("id").asText();
      List<JsonNode> first = post(server + "/v1/batches", "application/jsonl", batch);
      for (int i = 0; i < 3; i++) {
        assertThat(post(server + "/v1/pairs", "application/json", single).get(0).get("id").asText())
            .isEqualTo(id);
        assertThat(post(server + "/v1/batches", "application/jsonl", batch).subList(0, 2))
            .isEqualTo(first.subList(0, 2));
        platform.awaitAllDecided();
      }

      AuditReport audit = platform.audit();
      assertThat(audit.details()).isEmpty();
      assertThat(audit.inputs()).isEqualTo(12);
      assertThat(platform.quarantine()).isEqualTo(Map.of("DUPLICATE_PAIR", 9L));
    }
  }

  /** The lines of an answer, which says that all is taken. */
  private List<JsonNode> post(String address, String mediaType, String body) throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", mediaType)
                .header("Idempotency-Key", "any")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    return JSON.readerFor(JsonNode.class).<JsonNode>readValues(answer.body()).readAll();
  }

  private static String json(DrawnPairs pairs, long index) {
    NewPair pair = ((DrawnPair.Content.Submitted) pairs.at(index).content()).pair();
    byte[] image = new byte[pair.imageBytes()];
    pair.image().duplicate().get(image);
    return JSON.createObjectNode()
        .put("caption", pair.caption())
        .put("image", Base64.getEncoder().encodeToString(image))
        .toString();
  }
}
