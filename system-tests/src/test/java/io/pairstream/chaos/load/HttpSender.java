package io.pairstream.chaos.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A producer that sends by HTTP, and sends some again although they were answered. */
final class HttpSender implements Producers.Sender {

  private static final Set<Integer> LATER = Set.of(408, 429, 500, 502, 503, 504);

  /** By these answers the ingest API has not begun with the record. */
  private static final Set<Integer> UNTOUCHED = Set.of(408, 429);

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final Producers producers;
  private final URI address;

  HttpSender(Producers producers, URI ingest) {
    this.producers = producers;
    this.address = ingest.resolve("/v1/pairs");
  }

  @Override
  public Optional<Fate> attempt(SentPair pair) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(ANSWERED_WITHIN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(pair)))
            .build();
    try {
      HttpResponse<String> answer =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      int status = answer.statusCode();
      if (status / 100 == 2) {
        JsonNode place = JSON.readTree(answer.body());
        Site at =
            new Site(
                place.path("topic").asText(),
                place.path("partition").asInt(-1),
                place.path("offset").asLong(-1));
        producers.note(LedgerEntry.acknowledged(pair, "", at));
        return Optional.of(Fate.ACKNOWLEDGED);
      }
      if (status == 503) {
        producers.unavailable(answer.headers().firstValue("Retry-After").isPresent());
      }
      producers.pause(
          Duration.ofSeconds(answer.headers().firstValueAsLong("Retry-After").orElse(0)));
      return UNTOUCHED.contains(status)
          ? Optional.empty()
          : failed(
              LATER.contains(status) ? Fate.UNSURE : Fate.REFUSED,
              pair,
              "answered " + status + ": " + answer.body());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return Optional.empty(); // it was not sent
    } catch (IOException e) {
      return failed(Fate.UNSURE, pair, String.valueOf(e));
    }
  }

  private Optional<Fate> failed(Fate fate, SentPair pair, String words) {
    producers.note(LedgerEntry.failed(fate, pair, "", words));
    return Optional.of(fate);
  }

  private static String body(SentPair pair) {
    return JSON.valueToTree(
            Map.of(
                "caption", pair.pair().getCaption(),
                "language", pair.pair().getLanguage(),
                "image", pair.pair().getImage().array()))
        .toString();
  }
}
