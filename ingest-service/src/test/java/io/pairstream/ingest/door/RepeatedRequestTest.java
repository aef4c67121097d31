package io.pairstream.ingest.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.door.DoorCluster.Read;
import io.pairstream.ingest.pairs.Pictures;
import io.pairstream.operations.PatientServer;
import io.pairstream.operations.cluster.EmbeddedKafka;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.http.Awaiting;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that repeat their requests over connections that break, to instances that die. */
@Timeout(900)
class RepeatedRequestTest {

  private static final int REQUESTS = 40;
  private static final int REPETITIONS = 5;

  /** What the mortal one works on is free so long after its end. */
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** Nobody waits for this one's end; it keeps what it works on while the machine stands still. */
  private static final Duration STEADY_LEASE = Duration.ofSeconds(60);

  @TempDir Path brokerDir;
  @TempDir Path stateDir;

  private final Random random = new Random(20261120);
  private final Map<Integer, List<String>> answers = new HashMap<>();

  @Test
  void eachRequestIsAcceptedOnceAndAnsweredAlike() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(brokerDir)) {
      DoorCluster cluster = new DoorCluster(kafka);
      int kills = 0;
      IngestProcess mortal =
          new IngestProcess(cluster.cluster(), stateDir.resolve("mortal"), LEASE);
      try (IngestService steady = steady(cluster)) {
        awaitReady(steady.port());
        awaitReady(mortal.port());
        for (int number = 0; number < REQUESTS; number++) {
          for (int repetition = 0; repetition < REPETITIONS; repetition++) {
            boolean toMortal = random.nextBoolean();
            if (number % 10 == 9 && repetition == 2) {
              // The request is on its way when the process ends.
              try (RawClient client = new RawClient(mortal.port())) {
                client.send(request(number, mortal.port()));
                for (int i = 0; i < 2 * kills; i++) {
                  awaitReady(mortal.port()); // a later moment each time
                }
                mortal.close();
              }
              kills++;
              mortal = new IngestProcess(cluster.cluster(), stateDir.resolve("mortal"), LEASE);
              awaitReady(mortal.port());
            } else {
              sendAndBreak(number, toMortal ? mortal.port() : steady.port());
            }
          }
        }
        // Whoever repeats for long enough gets an answer, here from both.
        for (int number = 0; number < REQUESTS; number++) {
          for (int port : new int[] {steady.port(), mortal.port()}) {
            answers
                .computeIfAbsent(number, n -> new ArrayList<>())
                .add(repeatUntilAnswered(number, port));
          }
        }
      } finally {
        mortal.close();
      }

      assertThat(kills).isEqualTo(REQUESTS / 10);
      List<Read<RawPair>> raw = cluster.read(cluster.topics().crowdsourced());
      Map<String, List<Read<RawPair>>> byImage =
          raw.stream().collect(Collectors.groupingBy(Read::key));
      assertThat(byImage).hasSize(REQUESTS);
      // One accepted pair each: what the kills repeated is the same pair, a copy of itself.
      assertThat(raw.size()).isBetween(REQUESTS, REQUESTS + kills);
      for (int number = 0; number < REQUESTS; number++) {
        assertThat(answers.get(number).stream().distinct()).as("request " + number).hasSize(1);
        JsonNode answer = Json.MAPPER.readTree(answers.get(number).get(0));
        assertThat(answer.path("pair_id").asText()).isEqualTo(pairId(number));
        assertThat(byImage.get(answer.path("image_digest").asText()))
            .anyMatch(
                read ->
                    read.partition() == answer.path("partition").asInt()
                        && read.offset() == answer.path("offset").asLong());
      }
    }
  }

  /** Sends a request, or a part of it, and perhaps reads the answer. */
  private void sendAndBreak(int number, int port) throws IOException {
    byte[] request = request(number, port);
    try (RawClient client = new RawClient(port)) {
      switch (random.nextInt(4)) {
        case 0 -> client.send(Arrays.copyOf(request, random.nextInt(request.length)));
        case 1 -> client.send(request);
        default -> {
          client.send(request);
          readAnswer(client)
              .ifPresent(body -> answers.computeIfAbsent(number, n -> new ArrayList<>()).add(body));
        }
      }
    }
  }

  private String repeatUntilAnswered(int number, int port) throws IOException {
    while (true) { // the test's own time limit ends it
      try (RawClient client = new RawClient(port)) {
        client.send(request(number, port));
        Optional<String> body = readAnswer(client);
        if (body.isPresent()) {
          return body.get();
        }
      }
      Awaiting.pause();
    }
  }

  /** The body of a 201; nothing where the request is to be sent again. */
  private static Optional<String> readAnswer(RawClient client) throws IOException {
    String head = client.readHead();
    int status = Integer.parseInt(head.substring(9, 12));
    assertThat(status).as(head).isIn(201, 409, 503);
    if (status != 201) {
      assertThat(head).containsIgnoringCase(status == 409 ? "Retry-After: 1" : "Retry-After: ");
      return Optional.empty();
    }
    assertThat(head).containsIgnoringCase("Location: /v1/pairs/");
    String body = client.readUntil("}");
    return Optional.of(body);
  }

  private IngestService steady(DoorCluster cluster) throws IOException {
    IngestService service =
        new IngestService(
            cluster.cluster(),
            IngestSettings.of(PatientServer.settings(), true, stateDir.resolve("steady"))
                .withLease(STEADY_LEASE));
    service.start();
    return service;
  }

  private static void awaitReady(int port) throws IOException {
    while (true) { // the test's own time limit ends it
      try (RawClient client = new RawClient(port)) {
        client.send(
            "GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1:"
                + port
                + "\r\nConnection: close\r\n\r\n");
        if (client.readHead().startsWith("HTTP/1.1 200")) {
          return;
        }
      }
      Awaiting.pause();
    }
  }

  private static byte[] request(int number, int port) throws IOException {
    ObjectNode pair = Json.MAPPER.createObjectNode();
    pair.put("caption", caption(number));
    pair.put("image", Base64.getEncoder().encodeToString(picture(number)));
    byte[] body = Json.bytes(pair);
    byte[] head =
        ("POST /v1/pairs HTTP/1.1\r\nHost: 127.0.0.1:"
                + port
                + "\r\nContent-Type: application/json\r\nIdempotency-Key: request-"
                + number
                + "\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(UTF_8);
    byte[] request = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  private static String caption(int number) {
    return "picture number " + number;
  }

  private static byte[] picture(int number) {
    return Pictures.jpeg(96, 80, number);
  }

  private static String pairId(int number) {
    return PairIdentity.pairId(
        PairIdentity.imageDigest(ByteBuffer.wrap(picture(number))), caption(number));
  }
}
