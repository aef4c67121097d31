package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.ingest.api.IngestCluster;
import io.pairstream.ingest.api.IngestService;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.http.Json;
import io.pairstream.testing.TestKafka;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class BatchRoutesTest {

  private static final String URL = "https://example.org/cat.jpg";
  private static final String LINK =
      "{\"caption\": \"a linked picture\", \"url\": \"%s\"}".formatted(URL);

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @TempDir Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private IngestCluster cluster;
  private IngestService service;

  @BeforeEach
  void start() throws Exception {
    cluster = new IngestCluster(KAFKA.bootstrapServers());
    service = cluster.serve(folder);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void everyInputIsAnsweredInOrder() throws Exception {
    List<JsonNode> lines =
        send(
            pair(1),
            "{\"caption\": \"cut of",
            "",
            LINK,
            "{\"caption\": \"no image\"}",
            "[1]",
            pair(2));

    assertThat(lines).hasSize(7);
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
    JsonNode totals = lines.get(6);
    assertThat(totals.path("inputs").asInt()).isEqualTo(6);
    assertThat(totals.path("taken").asInt()).isEqualTo(3);
    assertThat(totals.path("refused").asInt()).isEqualTo(3);
    assertThat(totals.path("whole").asBoolean()).isTrue();
  }

  @Test
  void whatIsTakenIsInKafka() throws Exception {
    send(pair(1), LINK);

    List<RawPair> raw = values(cluster.topics().crowdsourced());
    assertThat(raw).extracting(RawPair::getCaption).containsExactly("picture number 1");
    assertThat(raw.get(0).getImage()).isEqualTo(ByteBuffer.wrap(Pictures.png(8, 8, 1)));
    assertThat(values(cluster.topics().links()))
        .extracting(l -> l.getMetadata().getUrl())
        .containsExactly(URL);
    List<Upload> uploads = values(cluster.topics().uploads());
    assertThat(uploads).extracting(Upload::getKind).containsExactlyInAnyOrder("PAIR", "LINK");
    assertThat(uploads)
        .filteredOn(upload -> upload.getKind().equals("LINK"))
        .as("noted before a fetcher can see it, and so without coordinates")
        .extracting(upload -> upload.getOrigin().getPartition())
        .containsExactly(-1);
  }

  @Test
  void clientMaySendEverythingBeforeItReadsAnything() throws Exception {
    int count = 60_000;
    String thousand = "{}\n".repeat(1000);
    try (RawClient raw = new RawClient(service.port())) {
      for (int i = 0; i < count / 1000; i++) {
        raw.chunk(thousand);
      }
      raw.end();

      for (int i = 1; i <= count; i++) {
        assertThat(raw.next().path("line").asInt()).isEqualTo(i);
      }
      assertThat(raw.next().path("refused").asInt()).isEqualTo(count);
    }
  }

  @Tag("full")
  @Test
  void inputsBeyondTheLimitEndTheBatch() throws Exception {
    HttpResponse<String> answer = post("{}\n".repeat(BatchUpload.Limits.MAX_INPUTS + 1));

    List<JsonNode> lines = json(answer.body());
    JsonNode last = lines.get(lines.size() - 1);
    assertThat(last.path("inputs").asInt()).isEqualTo(BatchUpload.Limits.MAX_INPUTS);
    assertThat(last.path("whole").asBoolean()).isFalse();
    assertThat(last.path("detail").asText()).contains("at most 100000 inputs");
  }

  @Test
  void whatACutConnectionHasAcknowledgedIsTaken() throws Exception {
    Set<String> shown = new HashSet<>();
    try (RawClient raw = new RawClient(service.port())) {
      for (int i = 1; i <= 60; i++) {
        raw.chunk(pair(i) + "\n");
      }
      for (int i = 1; i <= 20; i++) {
        shown.add(raw.next().path("id").asText());
      }
      raw.chunk("{\"caption\": \"half a li");
    }

    Set<String> inKafka =
        values(cluster.topics().crowdsourced()).stream()
            .map(p -> PairIdentity.pairId(PairIdentity.imageDigest(p.getImage()), p.getCaption()))
            .collect(Collectors.toSet());
    assertThat(shown).hasSize(20);
    assertThat(inKafka).containsAll(shown);

    List<JsonNode> again =
        send(IntStream.rangeClosed(1, 60).mapToObj(BatchRoutesTest::pair).toArray(String[]::new));
    assertThat(again.get(again.size() - 1).path("taken").asInt()).isEqualTo(60);
  }

  @Test
  void nothingOfABatchStaysOnDisk() throws Exception {
    Path underWay = folder.resolve("batches-under-way");
    send(pair(1));
    try (Stream<Path> left = Files.list(underWay)) {
      assertThat(left).isEmpty();
    }
  }

  private List<JsonNode> send(String... lines) throws Exception {
    HttpResponse<String> answer = post(String.join("\n", lines));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/jsonl");
    return json(answer.body());
  }

  private HttpResponse<String> post(String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/v1/batches"))
            .header("Content-Type", "application/jsonl")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** The results alone, without the totals. */
  private static List<JsonNode> results(List<JsonNode> lines) {
    return lines.subList(0, lines.size() - 1);
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

  /** A pair whose image no other has. */
  private static String pair(int number) {
    return Json.MAPPER
        .createObjectNode()
        .put("caption", "picture number " + number)
        .put("image", Pictures.png(8, 8, number))
        .toString();
  }

  private static String pairId(int number, String caption) {
    return PairIdentity.pairId(
        PairIdentity.imageDigest(ByteBuffer.wrap(Pictures.png(8, 8, number))), caption);
  }

  private <T> List<T> values(Topic<T> topic) {
    return cluster.read(topic).stream().map(IngestCluster.Read::value).toList();
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
