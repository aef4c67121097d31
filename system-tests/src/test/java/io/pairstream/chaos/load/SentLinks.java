package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.system.Http;
import io.pairstream.testing.Await;
import java.net.URI;
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

  private final String pairs;
  private final PlayedWeb web;
  private final List<String> ids = new ArrayList<>();
  private final List<LedgerEntry> ledger = new ArrayList<>();

  /**
   * @param ingest address of the ingest API, without a path
   */
  public SentLinks(URI ingest, PlayedWeb web) {
    this.pairs = ingest.resolve("/v1/pairs").toString();
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
        Http.JSON
            .valueToTree(
                Map.of("caption", caption, "language", "en", "url", web.url("127.0.0.1", number)))
            .toString();
    Await.until(
        "link " + number + " is taken",
        () -> {
          ledger.add(attempt);
          HttpResponse<String> answer = Http.post(pairs, "application/json", "", body);
          if (answer.statusCode() / 100 == 2) {
            ids.add(Http.JSON.readTree(answer.body()).path("id").asText());
          }
          return ids.size() > number;
        },
        ledger::size);
  }

  /** Entries of their pairs: each attempt may have one raw record. */
  public List<LedgerEntry> ledger() {
    return List.copyOf(ledger);
  }

  /** Returns once every link is a published pair, as the ingest API says. */
  public void awaitPublished() {
    for (String id : ids) {
      Await.until(
          "link " + id + " is published",
          () -> PUBLISHED.contains(Http.json(pairs + "/" + id).path("status").asText()),
          () -> Http.json(pairs + "/" + id));
    }
  }
}
