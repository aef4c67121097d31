package io.pairstream.chaos.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Links to pictures of a {@link PlayedWeb}, each sent until an ingest API has taken it. */
public final class SentLinks {

  private static final Set<String> PUBLISHED = Set.of("TRAINING", "VALIDATION", "TEST");
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI pairs;
  private final PlayedWeb web;
  private final List<String> ids = new ArrayList<>();
  private final List<LedgerEntry> ledger = new ArrayList<>();

  /**
   * @param ingest address of the ingest API, without a path
   */
  public SentLinks(URI ingest, PlayedWeb web) {
    this.pairs = ingest.resolve("/v1/pairs");
    this.web = web;
  }

  /** Sends so many further links. */
  public void send(int count) {
    for (int i = 0; i < count; i++) {
      sendNext();
    }
  }

  private void sendNext() {
    int number = ids.size();
    String caption = "A picture of the web, number " + number;
    String digest = PairIdentity.imageDigest(ByteBuffer.wrap(web.picture(number)));
    // Where its raw record will be, only the fetcher knows.
    LedgerEntry attempt =
        new LedgerEntry(
            Fate.UNSURE,
            number,
            SentKind.GOOD,
            Optional.empty(),
            "",
            PairIdentity.pairId(digest, caption),
            digest,
            "a link");
    String body =
        JSON.valueToTree(Map.of("caption", caption, "language", "en", "url", web.url(number)))
            .toString();
    HttpRequest request =
        HttpRequest.newBuilder(pairs)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    JsonNode taken =
        Await.answer(
            "link " + number + " is taken",
            () -> {
              ledger.add(attempt);
              return answer(request);
            });
    ids.add(taken.path("id").asText());
  }

  /** Entries of their pairs: each attempt may have one raw record. */
  public List<LedgerEntry> ledger() {
    return List.copyOf(ledger);
  }

  /** Returns once every link is a published pair, as the ingest API says. */
  public void awaitPublished() {
    for (String id : ids) {
      URI status = URI.create(pairs + "/" + id);
      Await.until(
          "link " + id + " is published",
          () -> PUBLISHED.contains(stands(status).path("status").asText()),
          () -> stands(status));
    }
  }

  private JsonNode stands(URI status) {
    HttpRequest request = HttpRequest.newBuilder(status).build();
    return Await.answer("the ingest API tells of a link", () -> answer(request));
  }

  private JsonNode answer(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer + ": " + answer.body());
    }
    return JSON.readTree(answer.body());
  }
}
