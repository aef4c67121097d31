package io.pairstream.ingest.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.ingest.api.IngestCluster.Read;
import io.pairstream.ingest.publish.Pictures;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.RawClient;
import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.Repeats;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answered uploads are in Kafka, whatever happens to clients, broker and service. */
@Timeout(600)
class IngestFaultsTest {

  private static final String PICTURE =
      Base64.getEncoder().encodeToString(Pictures.jpeg(64, 64, 1));

  @TempDir Path brokerDir;
  @TempDir Path stateDir;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private EmbeddedKafka kafka;
  private IngestCluster cluster;
  private IngestService service;
  private int port;

  @BeforeEach
  void start() throws Exception {
    kafka = new EmbeddedKafka(brokerDir);
    cluster = new IngestCluster(kafka.bootstrapServers());
    service = service(cluster.cluster());
    listen();
    awaitReady();
  }

  @AfterEach
  void stop() {
    service.close();
    kafka.close();
  }

  @Test
  void everyAcknowledgedPairIsInKafkaThoughTheBrokerGoesAwayInMidLoad() throws Exception {
    useImpatientProducers();
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    AtomicBoolean unconfirmed = new AtomicBoolean();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger next = new AtomicInteger();
    CountDownLatch some = new CountDownLatch(40);
    CompletableFuture<Void> senders =
        fourTimes(
            () -> {
              while (!enough.get()) {
                HttpResponse<String> answer = post("pair " + next.getAndIncrement());
                statuses.add(answer.statusCode());
                if (answer.statusCode() == 201) {
                  acknowledged.add(id(answer));
                  some.countDown();
                } else if (answer.body().contains("no confirmation came in time")) {
                  unconfirmed.set(true);
                }
              }
            });

    some.await();
    kafka.stop();
    Await.until(() -> get("/health/ready").statusCode() == 503 && unconfirmed.get());
    assertThat(post("while it is away").statusCode()).isEqualTo(503);
    kafka.restart();
    awaitReady();
    int before = acknowledged.size();
    Await.until(() -> acknowledged.size() > before + 40);
    enough.set(true);
    senders.join();

    assertThat(Set.copyOf(statuses)).isSubsetOf(201, 503).contains(503);
    assertThat(idsInKafka()).containsAll(acknowledged);
    assertThat(cluster.read(cluster.topics().uploads()).stream().map(Read::key).toList())
        .containsAll(acknowledged);
  }

  @Test
  void connectionsThatAreCutInTheMiddleLeaveNoHalfPairs() throws Exception {
    Random random = new Random(4);
    byte[] body = body("cut off");
    for (int i = 0; i < Repeats.of(30, 100); i++) {
      try (RawClient raw = new RawClient(port)) {
        raw.send(
            "POST /v1/pairs HTTP/1.1\r\nHost: 127.0.0.1:"
                + port
                + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length
                + "\r\n\r\n");
        raw.send(new String(body, 0, random.nextInt(body.length), UTF_8));
      }
    }

    assertThat(post("whole").statusCode()).isEqualTo(201);
    assertThat(cluster.read(cluster.topics().crowdsourced()))
        .extracting(read -> read.value().getCaption())
        .containsExactly("whole");
  }

  @Test
  void aServiceThatIsStoppedInMidLoadHasKeptItsWord() throws Exception {
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    CountDownLatch some = new CountDownLatch(20);
    AtomicBoolean stopping = new AtomicBoolean();
    AtomicInteger next = new AtomicInteger();
    CompletableFuture<Void> senders =
        fourTimes(
            () -> {
              try {
                HttpResponse<String> answer = post("pair " + next.getAndIncrement());
                // A refused client comes again, as long as there is a service.
                while (answer.statusCode() == 201
                    || (answer.statusCode() == 503 && !stopping.get())) {
                  if (answer.statusCode() == 201) {
                    acknowledged.add(id(answer));
                    some.countDown();
                  }
                  answer = post("pair " + next.getAndIncrement());
                }
              } catch (IllegalStateException e) {
                // The service is gone.
                some.countDown();
              }
            });

    some.await();
    stopping.set(true);
    service.close();
    senders.join();

    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(20);
    assertThat(idsInKafka()).containsAll(acknowledged);
  }

  @Test
  void aServiceThatStartsBeforeItsBrokerWaitsForIt() throws Exception {
    service.close();
    kafka.stop();
    service = service(cluster.cluster());
    listen();

    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    HttpResponse<String> answer = post("too early");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("kafka-unavailable");
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();

    kafka.restart();
    awaitReady();
    assertThat(post("in time").statusCode()).isEqualTo(201);
  }

  private static CompletableFuture<Void> fourTimes(Runnable sender) {
    return CompletableFuture.allOf(
        Stream.generate(() -> CompletableFuture.runAsync(sender))
            .limit(4)
            .toArray(CompletableFuture[]::new));
  }

  /** Uses producers that give up pending records before the stopped broker comes back. */
  private void useImpatientProducers() throws Exception {
    service.close();
    Cluster patient = cluster.cluster();
    service =
        service(
            new Cluster(
                patient.bootstrapServers(),
                patient.registryAddresses(),
                patient.dataset(),
                Map.of("delivery.timeout.ms", "1500", "request.timeout.ms", "1000"),
                Map.of()));
    listen();
    awaitReady();
  }

  private void listen() throws Exception {
    service.start();
    port = service.port();
  }

  private IngestService service(Cluster cluster) {
    return new IngestService(
        cluster, IngestCluster.settings(LongTimeoutServer.settings(), true, stateDir));
  }

  private List<String> idsInKafka() {
    return cluster.read(cluster.topics().crowdsourced()).stream()
        .map(read -> PairIdentity.pairId(read.key(), read.value().getCaption()))
        .collect(Collectors.toList());
  }

  private void awaitReady() throws Exception {
    Await.until(() -> get("/health/ready").statusCode() == 200);
  }

  private static String id(HttpResponse<String> answer) {
    try {
      JsonNode json = Json.MAPPER.readTree(answer.body());
      return json.get("id").textValue();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] body(String caption) {
    return Json.bytes(Json.MAPPER.createObjectNode().put("image", PICTURE).put("caption", caption));
  }

  private HttpResponse<String> post(String caption) {
    return send(
        HttpRequest.newBuilder(uri("/v1/pairs"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body(caption)))
            .build());
  }

  private HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
