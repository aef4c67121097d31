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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A producer that goes through the front doors, one request at a time. What is not answered 2xx is
 * sent again, after as long as {@code Retry-After} says, through the next door. Some requests are
 * repeated although they were answered.
 */
final class DoorSender implements Runnable {

  private static final Set<Integer> LATER = Set.of(408, 429, 500, 502, 503, 504);

  /** By these answers a front door has not begun with the record. */
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

  private final Supplier<List<URI>> doors;
  private final SeededLoad load;
  private final Lane lane;
  private final RawTopics topics;
  private final SentLedger ledger;
  private final SendingProgress progress;
  private int door;

  /**
   * @param doors addresses of the front doors as they are now; may change, and may be none
   */
  DoorSender(
      Supplier<List<URI>> doors,
      SeededLoad load,
      Lane lane,
      RawTopics topics,
      SentLedger ledger,
      SendingProgress progress) {
    this.doors = doors;
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
        boolean settled = sendUntilSettled(pair, true);
        if (settled && number / ProducersPlan.HTTP_EVERY % REPEATED_EVERY == 0) {
          boolean unused = sendUntilSettled(pair, false);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers whether it was taken; not where the producers are stopped before that is known. */
  private boolean sendUntilSettled(SentPair pair, boolean counts) throws InterruptedException {
    String body = body(pair);
    while (!progress.isStopped()) {
      List<URI> open = new ArrayList<>(doors.get());
      if (open.isEmpty()) {
        pause(PAUSE);
        continue;
      }
      URI base = open.get(Math.floorMod(door, open.size()));
      try {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(base.resolve("/v1/pairs"))
                    .timeout(ANSWERED_WITHIN)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (answer.statusCode() / 100 == 2) {
          acknowledged(pair, JSON.readTree(answer.body()), counts);
          return true;
        } else if (!LATER.contains(answer.statusCode())) {
          refused(pair, answer, counts);
          return false;
        }
        turnedAway(pair, answer);
        pause(retryAfter(answer));
      } catch (ConnectException | HttpConnectTimeoutException e) {
        pause(PAUSE); // nobody has heard of the pair
      } catch (IOException e) {
        unsure(pair, String.valueOf(e));
        pause(PAUSE);
      }
      door++;
    }
    return false;
  }

  private void acknowledged(SentPair pair, JsonNode answer, boolean counts) {
    ledger.add(
        entry(
            Fate.ACKNOWLEDGED,
            pair,
            answer.path("topic").asText(),
            answer.path("partition").asInt(-1),
            answer.path("offset").asLong(-1),
            ""));
    if (counts) {
      progress.acknowledged();
    }
  }

  private void unsure(SentPair pair, String words) {
    noteUnsure(pair, words);
    progress.unsure();
  }

  private void turnedAway(SentPair pair, HttpResponse<String> answer) {
    if (!UNTOUCHED.contains(answer.statusCode())) {
      noteUnsure(pair, "answered " + answer.statusCode());
    }
    progress.turnedAway(
        new TurnedAway(
            Instant.now(),
            answer.statusCode(),
            answer.headers().firstValue("Retry-After").isPresent()));
  }

  private void noteUnsure(SentPair pair, String words) {
    ledger.add(entry(Fate.UNSURE, pair, topics.fullName("crowdsourced"), -1, -1, words));
  }

  private void refused(SentPair pair, HttpResponse<String> answer, boolean counts) {
    String words = "answered " + answer.statusCode() + ": " + answer.body();
    ledger.add(entry(Fate.REFUSED, pair, topics.fullName("crowdsourced"), -1, -1, words));
    if (counts) {
      progress.refused();
    }
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
