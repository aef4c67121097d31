package io.pairstream.ingest.batches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.ingest.status.StatusReport;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.BatchPart;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Json;
import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class BatchRoutesTest {

  private static final String UNKNOWN = "0123456789abcdef0123456789abcdef";
  private static final String URL = "https://example.org/cat.jpg";

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @TempDir Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private ClusterAccess cluster;
  private PlayedPipeline pipeline;
  private RunningIngest server;

  @BeforeEach
  void start() throws Exception {
    cluster = KAFKA.dataset(2);
    pipeline = new PlayedPipeline(cluster);
    server = new RunningIngest(cluster, KAFKA.bootstrapServers(), folder).awaitOpen();
  }

  @AfterEach
  void stop() {
    server.close();
    pipeline.close();
  }

  @Test
  void everyInputIsAnsweredInOrder() throws Exception {
    List<JsonNode> lines =
        send(
            Lines.pair(1),
            "{\"caption\": \"cut of",
            "",
            Lines.link(URL),
            "{\"caption\": \"no image\"}",
            "[1]",
            Lines.pair(2));

    assertThat(lines).hasSize(8);
    JsonNode head = lines.get(0);
    assertThat(head.path("batch_id").asText()).matches("[0-9a-f]{32}");
    assertThat(head.path("status_url").asText())
        .isEqualTo("/v1/batches/" + head.path("batch_id").asText());
    assertThat(results(lines))
        .extracting(r -> r.path("line").asInt())
        .containsExactly(1, 2, 4, 5, 6, 7);
    assertThat(results(lines))
        .extracting(r -> r.path("status").asInt())
        .containsExactly(201, 400, 202, 422, 400, 201);
    assertThat(results(lines).get(0).path("id").asText()).isEqualTo(pairId(1, "picture number 1"));
    assertThat(results(lines).get(2).path("id").asText())
        .isEqualTo(PairIdentity.linkId(URL, "a linked picture"));
    assertThat(results(lines).get(1).path("type").asText())
        .isEqualTo("urn:pairstream:problem:body-malformed");
    assertThat(results(lines).get(3).path("detail").asText())
        .contains("neither an image nor a url");
    JsonNode totals = lines.get(7);
    assertThat(totals.path("inputs").asInt()).isEqualTo(6);
    assertThat(totals.path("taken").asInt()).isEqualTo(3);
    assertThat(totals.path("refused").asInt()).isEqualTo(3);
    assertThat(totals.path("whole").asBoolean()).isTrue();
  }

  @Test
  void whatIsTakenIsInKafkaWithItsBatch() throws Exception {
    List<JsonNode> lines = send(Lines.pair(1), Lines.link(URL));

    String batchId = lines.get(0).path("batch_id").asText();
    List<RawPair> raw = values(cluster.topics().crowdsourced());
    assertThat(raw).extracting(RawPair::getCaption).containsExactly("picture number 1");
    assertThat(raw.get(0).getImage()).isEqualTo(ByteBuffer.wrap(Lines.png(1)));
    assertThat(values(cluster.topics().links())).extracting(l -> l.getUrl()).containsExactly(URL);
    List<Upload> uploads = values(cluster.topics().uploads());
    assertThat(uploads).extracting(Upload::getBatchId).containsOnly(batchId);
    assertThat(uploads).extracting(Upload::getKind).containsExactlyInAnyOrder("PAIR", "LINK");
    assertThat(uploads)
        .filteredOn(upload -> upload.getKind().equals("LINK"))
        .as("noted before a fetcher can see it, and so without coordinates")
        .extracting(upload -> upload.getOrigin().getPartition())
        .containsExactly(-1);
  }

  @Test
  void countsFollowReceiptsAndAddUp() throws Exception {
    List<JsonNode> lines =
        send(
            Lines.pair(1), Lines.pair(2), "{}", Lines.pair(3), "x", Lines.pair(4), Lines.link(URL));
    String batchId = lines.get(0).path("batch_id").asText();

    JsonNode received = get("/v1/batches/" + batchId);
    assertThat(received.path("state").asText()).isEqualTo("WHOLE");
    assertThat(received.path("done").asBoolean()).isFalse();
    assertThat(received.path("inputs").asInt()).isEqualTo(7);
    assertThat(received.path("taken").asInt()).isEqualTo(5);
    assertThat(received.path("refused").asInt()).isEqualTo(2);
    assertThat(received.path("by_standing").path("RECEIVED").asInt()).isEqualTo(5);
    assertThat(received.path("by_problem").path("urn:pairstream:problem:pair-refused").asInt())
        .isEqualTo(1);
    assertThat(received.path("by_problem").path("urn:pairstream:problem:body-malformed").asInt())
        .isEqualTo(1);

    pipeline.accept(sent(1), PairStatus.TRAINING);
    pipeline.accept(sent(2), PairStatus.VALIDATION);
    pipeline.reject(sent(3), "IMAGE_TOO_SMALL");
    pipeline.reject(sent(4), "IMAGE_TOO_SMALL");
    failFetch(batchId);
    server.pairs().upToDate().join();

    JsonNode decided = eventually("/v1/batches/" + batchId, b -> b.path("done").asBoolean());
    assertThat(counts(decided.path("by_standing")))
        .isEqualTo(Map.of("TRAINING", 1, "VALIDATION", 1, "QUARANTINED", 2, "FETCH_FAILED", 1));
    assertThat(counts(decided.path("by_reason")))
        .isEqualTo(Map.of("IMAGE_TOO_SMALL", 2, "FETCH_NOT_FOUND", 1));
    assertThat(counts(decided.path("by_standing")).values().stream().mapToInt(i -> i).sum())
        .isEqualTo(decided.path("taken").asInt());
    assertThat(decided.path("taken").asInt() + decided.path("refused").asInt())
        .isEqualTo(decided.path("inputs").asInt());
  }

  @Test
  void whatFailedCanBeSentAgain() throws Exception {
    List<JsonNode> lines =
        send(
            Lines.pair(1), "{\"caption\":\"only\"}", Lines.pair(2), Lines.link(URL), Lines.pair(3));
    String batchId = lines.get(0).path("batch_id").asText();
    pipeline.accept(sent(1), PairStatus.TRAINING);
    pipeline.reject(sent(2), "CAPTION_TOO_SHORT");
    pipeline.reject(sent(3), "IMAGE_FORBIDDEN");
    failFetch(batchId);
    server.pairs().upToDate().join();

    HttpResponse<String> answer = answer("/v1/batches/" + batchId + "/failed", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/jsonl");
    List<JsonNode> failed = json(answer.body());
    assertThat(failed)
        .extracting(f -> f.path("failed").path("line").asInt())
        .containsExactly(2, 3, 4, 5);
    assertThat(failed.get(0).path("failed").path("type").asText())
        .isEqualTo("urn:pairstream:problem:pair-refused");
    assertThat(failed.get(1).path("failed").path("reason").asText()).isEqualTo("CAPTION_TOO_SHORT");
    assertThat(failed.get(1).path("failed").path("remedy").asText()).isNotEmpty();
    assertThat(failed.get(1).path("image").binaryValue()).isEqualTo(Lines.png(2));
    assertThat(failed.get(2).path("url").asText()).isEqualTo(URL);
    assertThat(failed.get(3).has("image")).as("forbidden content is not handed out").isFalse();

    List<JsonNode> again = send(answer.body());
    assertThat(results(again))
        .extracting(r -> r.path("id").asText())
        .containsExactly(
            "", pairId(2, "picture number 2"), PairIdentity.linkId(URL, "a linked picture"), "");
  }

  @Test
  void whatAnotherProducerSentSinceIsNotHandedOut() throws Exception {
    String ofAnn = batchId(post(Lines.pair(1) + "\n", "ann"));
    String ofBob = batchId(post(Lines.pair(1) + "\n", "bob"));
    pipeline.reject(sent(1), "CAPTION_TOO_SHORT");
    server.pairs().upToDate().join();

    JsonNode forAnn = json(answer("/v1/batches/" + ofAnn + "/failed", "ann").body()).get(0);
    JsonNode forBob = json(answer("/v1/batches/" + ofBob + "/failed", "bob").body()).get(0);

    assertThat(forAnn.properties()).extracting(Map.Entry::getKey).containsExactly("failed");
    assertThat(forAnn.path("failed").path("reason").asText()).isEqualTo("CAPTION_TOO_SHORT");
    assertThat(forBob.path("contributor").asText()).isEqualTo("bob");
    assertThat(forBob.path("image").binaryValue()).isEqualTo(Lines.png(1));
  }

  @Test
  void failedPairsAreForTheirOwnProducer() throws Exception {
    HttpResponse<String> sent = post(Lines.pair(1) + "\n", "ann");
    String batchId = json(sent.body()).get(0).path("batch_id").asText();

    assertThat(answer("/v1/batches/" + batchId + "/failed", "ann").statusCode()).isEqualTo(200);
    HttpResponse<String> refused = answer("/v1/batches/" + batchId + "/failed", "bob");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(json(refused.body()).get(0).path("detail").asText()).contains("another producer");
    assertThat(answer("/v1/batches/" + batchId, "bob").statusCode()).isEqualTo(200);
  }

  @Test
  void batchIsKnownAfterARestartAndToASecondInstance(@TempDir Path second) throws Exception {
    String batchId = send(Lines.pair(1), "{}").get(0).path("batch_id").asText();
    JsonNode before = get("/v1/batches/" + batchId);
    server.close();

    server = new RunningIngest(cluster, KAFKA.bootstrapServers(), folder).awaitOpen();
    assertThat(get("/v1/batches/" + batchId)).isEqualTo(before);
    try (RunningIngest other =
        new RunningIngest(cluster, KAFKA.bootstrapServers(), second).awaitOpen()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(other.uri("/v1/batches/" + batchId)).build(),
              BodyHandlers.ofString());
      assertThat(json(answer.body()).get(0)).isEqualTo(before);
    }
  }

  @Test
  void openBatchIsNotToldByAnOldCountWhileNothingCanBeRead(
      @TempDir Path brokerFolder, @TempDir Path serverFolder) throws Exception {
    EmbeddedKafka own = new EmbeddedKafka(brokerFolder);
    ClusterAccess away =
        new ClusterAccess(
            new Cluster(
                own.bootstrapServers(),
                "mock://away",
                new Dataset("away"),
                Map.of("default.api.timeout.ms", "30000"),
                Map.of()));
    new CreateTopics(away, CreateTopics.BROKER_DEFAULT)
        .create(new TopicCatalogue(away.dataset(), 1));
    try (RunningIngest other =
            new RunningIngest(away, own.bootstrapServers(), serverFolder).awaitOpen();
        RawClient raw = new RawClient(other.port())) {
      URI status = other.uri(raw.next().path("status_url").asText());
      Await.until(() -> ask(status).statusCode() == 200);

      own.close();

      HttpResponse<String> answer = ask(status);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(json(answer.body()).get(0).path("type").asText())
          .isEqualTo("urn:pairstream:problem:not-ready");
    }
  }

  private HttpResponse<String> ask(URI address) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  @Test
  void clientMayWaitForEachResultBeforeItSendsTheNextInput() throws Exception {
    try (RawClient raw = new RawClient(server.port())) {
      assertThat(raw.next().path("batch_id").asText()).isNotEmpty();
      for (int i = 1; i <= 5; i++) {
        raw.chunk(Lines.pair(i) + "\n");
        assertThat(raw.next().path("id").asText()).isEqualTo(pairId(i, "picture number " + i));
      }
      raw.end();
      assertThat(raw.next().path("taken").asInt()).isEqualTo(5);
    }
  }

  @Test
  void clientMaySendEverythingBeforeItReadsAnything() throws Exception {
    int count = 60_000;
    String thousand = "{}\n".repeat(1000);
    try (RawClient raw = new RawClient(server.port())) {
      for (int i = 0; i < count / 1000; i++) {
        raw.chunk(thousand);
      }
      raw.end();

      assertThat(raw.next().has("batch_id")).isTrue();
      for (int i = 1; i <= count; i++) {
        assertThat(raw.next().path("line").asInt()).isEqualTo(i);
      }
      assertThat(raw.next().path("refused").asInt()).isEqualTo(count);
    }
  }

  @Test
  void inputsBeyondTheLimitEndTheBatch() throws Exception {
    HttpResponse<String> answer = post("{}\n".repeat(BatchLimits.MAX_INPUTS + 1), "");

    List<JsonNode> lines = json(answer.body());
    JsonNode last = lines.get(lines.size() - 1);
    assertThat(last.path("inputs").asInt()).isEqualTo(BatchLimits.MAX_INPUTS);
    assertThat(last.path("whole").asBoolean()).isFalse();
    assertThat(last.path("detail").asText()).contains("at most 100000 inputs");
    assertThat(get("/v1/batches/" + last.path("batch_id").asText()).path("state").asText())
        .isEqualTo("CUT");
  }

  @Test
  void whatACutConnectionHasAcknowledgedIsTaken() throws Exception {
    Set<String> shown = new HashSet<>();
    String batchId;
    try (RawClient raw = new RawClient(server.port())) {
      batchId = raw.next().path("batch_id").asText();
      for (int i = 1; i <= 60; i++) {
        raw.chunk(Lines.pair(i) + "\n");
      }
      for (int i = 1; i <= 20; i++) {
        shown.add(raw.next().path("id").asText());
      }
      raw.chunk("{\"caption\": \"half a li");
    }

    JsonNode batch =
        eventually("/v1/batches/" + batchId, b -> !b.path("state").asText().equals("OPEN"));
    assertThat(batch.path("state").asText()).isEqualTo("CUT");
    Set<String> inKafka =
        values(cluster.topics().crowdsourced()).stream()
            .map(p -> PairIdentity.pairId(PairIdentity.imageDigest(p.getImage()), p.getCaption()))
            .collect(Collectors.toSet());
    Set<String> inTheBatch =
        values(cluster.topics().batches()).stream()
            .flatMap(part -> part.getInputs().stream())
            .map(input -> input.getId())
            .collect(Collectors.toSet());
    assertThat(shown).hasSize(20);
    assertThat(inKafka).containsAll(shown);
    assertThat(inTheBatch).containsAll(shown);
    assertThat(batch.path("taken").asInt()).isBetween(20, 60);

    List<JsonNode> again =
        send(IntStream.rangeClosed(1, 60).mapToObj(Lines::pair).toArray(String[]::new));
    assertThat(again.get(again.size() - 1).path("taken").asInt()).isEqualTo(60);
  }

  @Test
  void batchWhoseInstanceDiedIsCut() throws Exception {
    String batchId = UNKNOWN;
    BatchPart open =
        BatchPart.newBuilder()
            .setBatchId(batchId)
            .setProducer("anonymous")
            .setReceivedAt(Instant.EPOCH)
            .build();
    TestCluster.send(cluster, TestCluster.record(cluster.topics().batches(), null, batchId, open));

    assertThat(get("/v1/batches/" + batchId).path("state").asText()).isEqualTo("CUT");
    assertThat(get("/v1/batches/" + batchId).path("done").asBoolean()).isTrue();
  }

  @Test
  void eventsTellTheNumbersUntilEverythingIsDecided() throws Exception {
    String batchId = send(Lines.pair(1), Lines.pair(2)).get(0).path("batch_id").asText();
    HttpResponse<InputStream> events =
        client.send(
            HttpRequest.newBuilder(server.uri("/v1/batches/" + batchId + "/events")).build(),
            BodyHandlers.ofInputStream());
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(events.body(), UTF_8))) {
      assertThat(nextEvent(reader).path("by_standing").path("RECEIVED").asInt()).isEqualTo(2);
      pipeline.accept(sent(1), PairStatus.TRAINING);
      pipeline.reject(sent(2), "IMAGE_TOO_SMALL");

      JsonNode last = nextEvent(reader);
      while (!last.path("done").asBoolean()) {
        last = nextEvent(reader);
      }
      assertThat(counts(last.path("by_standing")))
          .isEqualTo(Map.of("TRAINING", 1, "QUARANTINED", 1));
      assertThat(reader.lines().filter(line -> line.startsWith("data: "))).isEmpty();
    }
  }

  @Test
  void nothingOfABatchStaysOnDiskAndWhatADeadProcessLeftIsDeleted() throws Exception {
    Path underWay = folder.resolve("under-way");
    send(Lines.pair(1));
    try (Stream<Path> left = Files.list(underWay)) {
      assertThat(left).isEmpty();
    }
    server.close();
    Files.writeString(underWay.resolve("batch1.jsonl"), "half an answer");

    server = new RunningIngest(cluster, KAFKA.bootstrapServers(), folder);

    try (Stream<Path> left = Files.list(underWay)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void statusCountsWhatWasWrittenBeforeItWasAsked() throws Exception {
    int inputs = 20_000; // so many that a count of them stands for a while
    try (BatchLog log =
        new BatchLog(cluster.topics().batches(), cluster.registry(), cluster.clientSettings())) {
      for (int line = 1; line <= inputs; line += 2000) {
        log.write(part(line, 2000));
      }
      assertThat(get("/v1/batches/" + UNKNOWN).path("inputs").asInt()).isEqualTo(inputs);

      log.write(part(inputs + 1, 1));

      JsonNode after = get("/v1/batches/" + UNKNOWN);
      assertThat(after.path("inputs").asInt()).isEqualTo(inputs + 1);
      assertThat(counts(after.path("by_standing"))).containsOnly(Map.entry("RECEIVED", inputs + 1));
    }
  }

  private static BatchPart part(int firstLine, int inputs) {
    return BatchPart.newBuilder()
        .setBatchId(UNKNOWN)
        .setProducer("anonymous")
        .setInputs(
            IntStream.range(firstLine, firstLine + inputs)
                .mapToObj(
                    line ->
                        BatchInput.newBuilder()
                            .setLine(line)
                            .setId(String.format("%032x", line))
                            .build())
                .toList())
        .setClosed(false)
        .setWhole(false)
        .setReceivedAt(Instant.now())
        .build();
  }

  @Test
  void unknownBatchIsAProblem() throws Exception {
    for (String path : List.of("", "/failed", "/events")) {
      assertThat(answer("/v1/batches/" + UNKNOWN + path, "").statusCode()).isEqualTo(404);
    }
    assertThat(answer("/v1/batches/no-id", "").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-tar", "application/vnd.apache.parquet", "text/csv"})
  void filesAreRefusedWithTheCommandThatTakesThem(String mediaType) throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(server.uri("/v1/batches"))
                .header("Content-Type", mediaType)
                .POST(HttpRequest.BodyPublishers.ofString("a,b"))
                .build(),
            BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(json(answer.body()).get(0).path("detail").asText())
        .contains("application/jsonl")
        .contains("./pairstream import");
  }

  @Test
  void batchIsNotBegunWhileKafkaIsAway(@TempDir Path brokerFolder, @TempDir Path otherFolder)
      throws Exception {
    EmbeddedKafka own = new EmbeddedKafka(brokerFolder);
    ClusterAccess away =
        new ClusterAccess(
            new Cluster(
                own.bootstrapServers(), "mock://away", new Dataset("away"), Map.of(), Map.of()));
    own.close();
    try (RunningIngest blind = new RunningIngest(away, own.bootstrapServers(), otherFolder)) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(blind.uri("/v1/batches"))
                  .header("Content-Type", "application/jsonl")
                  .POST(HttpRequest.BodyPublishers.ofString(Lines.pair(1)))
                  .build(),
              BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
  }

  private List<JsonNode> send(String... lines) throws Exception {
    HttpResponse<String> answer = post(String.join("\n", lines), "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/jsonl");
    return json(answer.body());
  }

  private HttpResponse<String> post(String body, String producer) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri("/v1/batches"))
            .header("Content-Type", "application/jsonl")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!producer.isEmpty()) {
      request.header("X-Test-Producer", producer);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> answer(String path, String producer) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path));
    if (!producer.isEmpty()) {
      request.header("X-Test-Producer", producer);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = answer(path, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer.body()).get(0);
  }

  /** Asks until it is so; a count stands for a moment. */
  private JsonNode eventually(String path, Predicate<JsonNode> isSo) throws Exception {
    JsonNode found = get(path);
    while (!isSo.test(found)) {
      Await.pause();
      found = get(path);
    }
    return found;
  }

  /** The results alone, without the first line and the totals. */
  private static String batchId(HttpResponse<String> sent) throws IOException {
    return json(sent.body()).get(0).path("batch_id").asText();
  }

  private static List<JsonNode> results(List<JsonNode> lines) {
    return lines.subList(1, lines.size() - 1);
  }

  private static List<JsonNode> json(String lines) throws IOException {
    List<JsonNode> parsed = new ArrayList<>();
    for (String line : lines.split("\n", -1)) {
      if (!line.isEmpty()) {
        parsed.add(Json.MAPPER.readTree(line));
      }
    }
    return parsed;
  }

  private static Map<String, Integer> counts(JsonNode object) {
    return object.properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().asInt()));
  }

  private static JsonNode nextEvent(BufferedReader reader) throws IOException {
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith("data: ")) {
        return Json.MAPPER.readTree(line.substring("data: ".length()));
      }
    }
    throw new IOException("the events have ended");
  }

  private static String pairId(int number, String caption) {
    return PairIdentity.pairId(
        PairIdentity.imageDigest(ByteBuffer.wrap(Lines.png(number))), caption);
  }

  /** A pair that went in, as the topology would meet it. */
  private Sent sent(int number) {
    String caption = "picture number " + number;
    ByteBuffer image = ByteBuffer.wrap(Lines.png(number));
    String pairId = pairId(number, caption);
    server.pairs().upToDate().join();
    StatusReport status = server.pairs().find(pairId).orElseThrow();
    return new Sent(
        PairIdentity.imageDigest(image),
        pairId,
        RawPair.newBuilder().setImage(image).setCaption(caption).build(),
        status.origin());
  }

  /** What the fetcher writes of a link that leads nowhere. */
  private void failFetch(String batchId) {
    String id = PairIdentity.linkId(URL, "a linked picture");
    Upload upload =
        Upload.newBuilder()
            .setId(id)
            .setKind("LINK")
            .setStanding("FETCH_FAILED")
            .setReason("FETCH_NOT_FOUND")
            .setDetail("the host answered 404")
            .setBatchId(batchId)
            .setOrigin(linkOrigin())
            .build();
    TestCluster.send(cluster, TestCluster.record(cluster.topics().uploads(), null, id, upload));
  }

  /** Coordinates of the only link. */
  private Origin linkOrigin() {
    ConsumerRecord<byte[], byte[]> link =
        TestCluster.committed(cluster, cluster.topics().links().name()).get(0);
    return new Origin(link.topic(), link.partition(), link.offset());
  }

  private <T> List<T> values(Topic<String, T> topic) {
    return TestCluster.committedValues(cluster, topic);
  }

  /** A client of its own pace: sends in chunks, and reads line by line. */
  private static final class RawClient implements AutoCloseable {

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int leftOfChunk = -1;

    RawClient(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      out = socket.getOutputStream();
      in = new BufferedInputStream(socket.getInputStream());
      out.write(
          ("POST /v1/batches HTTP/1.1\r\nHost: 127.0.0.1:"
                  + port
                  + "\r\nContent-Type: application/jsonl\r\nTransfer-Encoding: chunked\r\n\r\n")
              .getBytes(UTF_8));
    }

    void chunk(String text) throws IOException {
      byte[] bytes = text.getBytes(UTF_8);
      out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(UTF_8));
      out.write(bytes);
      out.write("\r\n".getBytes(UTF_8));
      out.flush();
    }

    void end() throws IOException {
      out.write("0\r\n\r\n".getBytes(UTF_8));
      out.flush();
    }

    /** The next line of the answer. */
    JsonNode next() throws IOException {
      if (leftOfChunk < 0) {
        assertThat(headLine()).startsWith("HTTP/1.1 200");
        while (!headLine().isEmpty()) {
          // The head ends with an empty line.
        }
        leftOfChunk = 0;
      }
      line.reset();
      for (int next = body(); next != '\n'; next = body()) {
        line.write(next);
      }
      return Json.MAPPER.readTree(line.toByteArray());
    }

    private int body() throws IOException {
      if (leftOfChunk == 0) {
        String size = headLine();
        leftOfChunk = Integer.parseInt(size.isEmpty() ? headLine() : size, 16);
        assertThat(leftOfChunk).as("the answer has ended").isPositive();
      }
      leftOfChunk--;
      return in.read();
    }

    private String headLine() throws IOException {
      StringBuilder text = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        assertThat(next).as("the connection has ended").isNotNegative();
        text.append((char) next);
      }
      return text.toString().strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
