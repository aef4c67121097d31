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
import java.util.Set;

/**
 * A producer that sends by HTTP, one request at a time. What is not answered 2xx is sent again,
 * after as long as {@code Retry-After} says. Some requests are repeated although they were
 * answered.
 */
final class HttpSender implements Runnable {

  private static final Set<Integer> LATER = Set.of(408, 429, 500, 502, 503, 504);

  /** By these answers the ingest API has not begun with the record. */
  private static final Set<Integer> UNTOUCHED = Set.of(408, 429);

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final int REPEATED_EVERY = 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final URI address;
  private final SeededLoad load;
  private final Lane lane;
  private final Producers producers;
  private long taken;

  HttpSender(URI address, SeededLoad load, Lane lane, Producers producers) {
    this.address = address.resolve("/v1/pairs");
    this.load = load;
    this.lane = lane;
    this.producers = producers;
  }

  @Override
  public void run() {
    try {
      while (!producers.isStopped() && !lane.isDone()) {
        long number = producers.isHeld() ? -1 : lane.next();
        if (number < 0) {
          producers.pause(PAUSE);
          continue;
        }
        SentPair pair = load.at(number);
        boolean accepted = sendUntilSettled(pair);
        if (producers.isStopped()) {
          return;
        }
        producers.settled();
        if (accepted && taken++ % REPEATED_EVERY == 0) {
          boolean unused = sendUntilSettled(pair);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers whether it was taken; returns too where the producers are stopped before. */
  private boolean sendUntilSettled(SentPair pair) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(ANSWERED_WITHIN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(pair)))
            .build();
    while (!producers.isStopped()) {
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
          return true;
        }
        String words = "answered " + status + ": " + answer.body();
        if (!LATER.contains(status)) {
          producers.note(LedgerEntry.failed(Fate.REFUSED, pair, "", words));
          return false;
        }
        if (!UNTOUCHED.contains(status)) {
          producers.note(LedgerEntry.failed(Fate.UNSURE, pair, "", words));
        }
        var retryAfter = answer.headers().firstValueAsLong("Retry-After");
        if (status == 503) {
          producers.unavailable(retryAfter.isPresent());
        }
        producers.pause(Duration.ofSeconds(retryAfter.orElse(0)).plus(PAUSE));
      } catch (ConnectException | HttpConnectTimeoutException e) {
        producers.pause(PAUSE); // nobody has heard of the pair
      } catch (IOException e) {
        producers.note(LedgerEntry.failed(Fate.UNSURE, pair, "", String.valueOf(e)));
        producers.pause(PAUSE);
      }
    }
    return false;
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
