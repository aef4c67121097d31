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
import java.time.Instant;
import java.util.Base64;
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
  private static final long LONGEST_PAUSE_S = 20;
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
  private final RawTopics topics;
  private final SentLedger ledger;
  private final SendingProgress progress;

  HttpSender(
      URI address,
      SeededLoad load,
      Lane lane,
      RawTopics topics,
      SentLedger ledger,
      SendingProgress progress) {
    this.address = address.resolve("/v1/pairs");
    this.load = load;
    this.lane = lane;
    this.topics = topics;
    this.ledger = ledger;
    this.progress = progress;
  }

  @Override
  public void run() {
    try {
      while (!progress.isStopped() && !lane.isDone()) {
        long number = lane.next();
        if (number < 0) {
          progress.awaitChange(PAUSE);
          continue;
        }
        SentPair pair = load.at(number);
        boolean taken = sendUntilSettled(pair);
        if (progress.isStopped()) {
          return;
        }
        progress.settled();
        if (taken && number / Lane.HTTP_EVERY % REPEATED_EVERY == 0) {
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
    while (!progress.isStopped()) {
      try {
        HttpResponse<String> answer =
            client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        int status = answer.statusCode();
        if (status / 100 == 2) {
          JsonNode place = JSON.readTree(answer.body());
          ledger.add(
              entry(
                  Fate.ACKNOWLEDGED,
                  pair,
                  place.path("topic").asText(),
                  place.path("partition").asInt(-1),
                  place.path("offset").asLong(-1),
                  ""));
          return true;
        }
        String words = "answered " + status + ": " + answer.body();
        if (!LATER.contains(status)) {
          unplaced(Fate.REFUSED, pair, words);
          return false;
        }
        if (!UNTOUCHED.contains(status)) {
          unplaced(Fate.UNSURE, pair, words);
        }
        if (status == 503) {
          progress.unavailable(answer.headers().firstValue("Retry-After").isPresent());
        }
        pause(retryAfter(answer));
      } catch (ConnectException | HttpConnectTimeoutException e) {
        pause(PAUSE); // nobody has heard of the pair
      } catch (IOException e) {
        unplaced(Fate.UNSURE, pair, String.valueOf(e));
        pause(PAUSE);
      }
    }
    return false;
  }

  private void unplaced(Fate fate, SentPair pair, String words) {
    ledger.add(entry(fate, pair, topics.fullName("crowdsourced"), -1, -1, words));
  }

  private static LedgerEntry entry(
      Fate fate, SentPair pair, String topic, int partition, long offset, String words) {
    return new LedgerEntry(
        fate,
        pair.number(),
        pair.kind(),
        topic,
        partition,
        offset,
        "",
        pair.pairId(),
        pair.imageDigest(),
        Instant.now(),
        words);
  }

  private static Duration retryAfter(HttpResponse<String> answer) {
    long seconds =
        answer
            .headers()
            .firstValue("Retry-After")
            .filter(text -> text.matches("[0-9]{1,6}"))
            .map(Long::parseLong)
            .orElse(0L);
    return seconds == 0 ? PAUSE : Duration.ofSeconds(Math.min(seconds, LONGEST_PAUSE_S));
  }

  private void pause(Duration wanted) throws InterruptedException {
    long until = System.nanoTime() + wanted.toNanos();
    while (!progress.isStopped() && System.nanoTime() < until) {
      progress.awaitChange(Duration.ofNanos(until - System.nanoTime()));
    }
  }

  private static String body(SentPair pair) {
    byte[] image = new byte[pair.pair().getImage().remaining()];
    pair.pair().getImage().duplicate().get(image);
    return JSON.createObjectNode()
        .put("caption", pair.pair().getCaption())
        .put("language", pair.pair().getLanguage())
        .put("image", Base64.getEncoder().encodeToString(image))
        .toString();
  }
}
