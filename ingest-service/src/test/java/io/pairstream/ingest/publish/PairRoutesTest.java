package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.api.IngestCluster;
import io.pairstream.ingest.api.IngestCluster.Read;
import io.pairstream.ingest.api.IngestService;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.http.Json;
import io.pairstream.testing.TestKafka;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class PairRoutesTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private static final String BOUNDARY = "x-y-z";
  private static final byte[] JPEG = Pictures.jpeg(96, 80, 1);

  @TempDir static Path stateDir;
  static IngestCluster cluster;
  static IngestService service;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void startService() throws Exception {
    cluster = new IngestCluster(KAFKA.bootstrapServers());
    service = cluster.serve(stateDir);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void aFormIsInKafkaOnceItIsAnswered() throws Exception {
    byte[] image = Pictures.png(70, 90, 7);

    HttpResponse<String> answer =
        form(
            part("image\"; filename=\"C:\\\\photos\\\\cat.png", "image/png", image),
            part("caption", "", "一只猫坐在垫子上 🐈".getBytes(UTF_8)),
            part("language", "", "zh".getBytes(UTF_8)),
            part("url", "", "https://example.org/cat.png".getBytes(UTF_8)),
            part("licence", "", "CC0-1.0".getBytes(UTF_8)),
            part("contributor", "", "ann".getBytes(UTF_8)),
            part("labels", "", "cat| mat |cat".getBytes(UTF_8)),
            part("annotations.shelf", "text/plain; charset=utf-8", "三".getBytes(UTF_8)));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    JsonNode json = Json.MAPPER.readTree(answer.body());
    String digest = PairIdentity.imageDigest(ByteBuffer.wrap(image));
    String id = PairIdentity.pairId(digest, "一只猫坐在垫子上 🐈");
    assertThat(json.get("id").textValue()).isEqualTo(id);
    assertThat(json.get("kind").textValue()).isEqualTo("PAIR");
    assertThat(json.get("pair_id").textValue()).isEqualTo(id);
    assertThat(json.get("image_digest").textValue()).isEqualTo(digest);
    assertThat(json.get("status_url").textValue()).isEqualTo("/v1/pairs/" + id);
    assertThat(answer.headers().firstValue("Location")).contains("/v1/pairs/" + id);

    Read<RawPair> read = rawAt(json);
    RawPair raw = read.value();
    assertThat(read.key()).isEqualTo(digest);
    assertThat(raw.getImage()).isEqualTo(ByteBuffer.wrap(image));
    assertThat(raw.getCaption()).isEqualTo("一只猫坐在垫子上 🐈");
    assertThat(raw.getLanguage()).isEqualTo("zh");
    assertThat(raw.getMetadata().getSourceKind()).isEqualTo("CROWDSOURCED");
    assertThat(raw.getMetadata().getContributor()).isEqualTo("ann");
    assertThat(raw.getMetadata().getUrl()).isEqualTo("https://example.org/cat.png");
    assertThat(raw.getMetadata().getLicence()).isEqualTo("CC0-1.0");
    assertThat(raw.getMediaType()).isEqualTo("image/png");
    assertThat(raw.getMetadata().getLabels()).containsExactly("cat", "mat");
    assertThat(raw.getAnnotations()).isEqualTo(Map.of("file_name", "cat.png", "shelf", "三"));

    Upload note = notes(id).get(0);
    assertThat(note.getKind()).isEqualTo("PAIR");
    assertThat(note.getStatus()).isEqualTo("RECEIVED");
    assertThat(note.getPairId()).isEqualTo(id);
    assertThat(note.getImageDigest()).isEqualTo(digest);
    assertThat(note.getProducer()).isEqualTo("anonymous");
    assertThat(note.getReceivedAt()).isEqualTo(raw.getMetadata().getReceivedAt());
    assertThat(note.getReceivedAt()).isBetween(Instant.now().minusSeconds(3600), Instant.now());
    assertThat(note.getOrigin().getTopic()).isEqualTo(cluster.topics().crowdsourced().name());
    assertThat(note.getOrigin().getPartition()).isEqualTo(read.partition());
    assertThat(note.getOrigin().getOffset()).isEqualTo(read.offset());
  }

  @Test
  void anObjectWithAnImageIsInKafkaOnceItIsAnswered() throws Exception {
    ObjectNode pair = pair("A cat sits on a mat");
    pair.put(
        "expected_digest",
        PairIdentity.imageDigest(ByteBuffer.wrap(JPEG)).toUpperCase(Locale.ROOT));
    pair.put("source_kind", "SYNTHETIC");
    pair.put("media_type", "image/jpeg");
    pair.putObject("annotations").put("seed", 7).put("upscaled", false).putNull("nothing");

    HttpResponse<String> answer = json(pair);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    RawPair raw = rawAt(Json.MAPPER.readTree(answer.body())).value();
    assertThat(raw.getImage()).isEqualTo(ByteBuffer.wrap(JPEG));
    assertThat(raw.getMetadata().getSourceKind()).isEqualTo("SYNTHETIC");
    assertThat(raw.getAnnotations()).isEqualTo(Map.of("seed", "7", "upscaled", "false"));
  }

  @Test
  void anObjectWithAnAddressIsALink() throws Exception {
    ObjectNode link = Json.MAPPER.createObjectNode();
    link.put("url", "https://Pictures.example/a%20cat.jpg?size=9");
    link.put("caption", "A cat sits on a mat").put("licence", "CC-BY-4.0");
    link.put("expected_digest", "AB".repeat(32));
    link.putArray("labels").add("cat").add(" a|b ");

    HttpResponse<String> answer = json(link);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    JsonNode json = Json.MAPPER.readTree(answer.body());
    String id =
        PairIdentity.linkId("https://Pictures.example/a%20cat.jpg?size=9", "A cat sits on a mat");
    assertThat(json.get("id").textValue()).isEqualTo(id);
    assertThat(json.get("kind").textValue()).isEqualTo("LINK");
    assertThat(json.has("pair_id")).isFalse();
    Read<PairLink> read = cluster.read(cluster.topics().links()).get(0);
    assertThat(read.key()).isEqualTo("pictures.example");
    assertThat(read.value().getExpectedDigest()).isEqualTo("ab".repeat(32));
    assertThat(read.value().getMetadata().getSourceKind()).isEqualTo("SCRAPED");
    assertThat(read.value().getMetadata().getLicence()).isEqualTo("CC-BY-4.0");
    assertThat(read.value().getMetadata().getLabels()).containsExactly("cat", "a", "b");
    Upload note = notes(id).get(0);
    assertThat(note.getKind()).isEqualTo("LINK");
    assertThat(note.getUrl()).isEqualTo("https://Pictures.example/a%20cat.jpg?size=9");
    assertThat(note.getPairId()).isEmpty();
  }

  @Test
  void aPairThatComesAgainHasTheSameIdWhateverItsIdempotencyKeySays() throws Exception {
    byte[] image = Pictures.jpeg(96, 80, 78);
    String id =
        PairIdentity.pairId(PairIdentity.imageDigest(ByteBuffer.wrap(image)), "A cat comes twice");
    byte[] other = Json.bytes(pair(image, "Another cat"));

    JsonNode first = keyed(Json.bytes(pair(image, "A cat comes twice")));
    JsonNode again = keyed(Json.bytes(pair(image, "A cat comes twice")));

    assertThat(first.get("pair_id").textValue()).isEqualTo(id);
    assertThat(again.get("pair_id").textValue()).isEqualTo(id);
    assertThat(rawAt(first).value().getImage()).isEqualTo(rawAt(again).value().getImage());
    assertThat(keyed(other).get("pair_id").textValue()).isNotEqualTo(id);
    JsonNode status = Json.MAPPER.readTree(get("/v1/pairs/" + id).body());
    assertThat(status.get("status").textValue()).isEqualTo("RECEIVED");
  }

  @Test
  void theLargestImageIsTakenInBase64AndInAForm() throws Exception {
    byte[] largest = Arrays.copyOf(JPEG, 8 * 1024 * 1024);

    assertThat(json(pair(largest, "The largest there is")).statusCode()).isEqualTo(201);
    HttpResponse<String> form =
        form(part("image", "", largest), part("caption", "", "Another caption".getBytes(UTF_8)));
    assertThat(form.statusCode()).as(form.body()).isEqualTo(201);
  }

  @Test
  void anImageOneByteTooLargeIsRefusedWithItsMeasure() throws Exception {
    byte[] larger = Arrays.copyOf(JPEG, 8 * 1024 * 1024 + 1);

    HttpResponse<String> answer = json(pair(larger, "Too large"));

    assertProblem(answer, 413, "body-too-large");
    JsonNode problem = Json.MAPPER.readTree(answer.body());
    assertThat(problem.get("reason").textValue()).isEqualTo("IMAGE_TOO_MANY_BYTES");
    assertThat(problem.get("measured").textValue()).isEqualTo("8388609 bytes");
    assertThat(problem.get("limit").textValue()).isEqualTo("8388608 bytes");
  }

  @Test
  void refusalOfATooLargeBodySaysWhatAnImageMayHave() throws Exception {
    HttpResponse<String> answer =
        json(pair(Arrays.copyOf(JPEG, 20 * 1024 * 1024), "Far too large"));

    assertProblem(answer, 413, "body-too-large");
    assertThat(answer.body()).contains("an image may have at most 8 MiB");
  }

  @ParameterizedTest
  @CsvSource({
    "<html><body>no image</body></html>, IMAGE_TYPE_UNKNOWN, an HTML page",
    "'BM and so on', IMAGE_TYPE_UNSUPPORTED, BMP",
    "'', IMAGE_EMPTY, no bytes"
  })
  void whatIsNoImageByItsContentIsRefusedInTheGatesWords(
      String content, String reason, String words) throws Exception {
    HttpResponse<String> answer = json(pair(content.getBytes(UTF_8), "Not an image"));

    assertProblem(answer, 422, "pair-refused");
    JsonNode problem = Json.MAPPER.readTree(answer.body());
    assertThat(problem.get("reason").textValue()).isEqualTo(reason);
    assertThat(problem.get("detail").textValue()).contains(words);
    assertThat(problem.get("remedy").textValue()).isNotBlank();
  }

  /** A small PNG whose header, with its checksum, declares another size. */
  private static byte[] declared(int width, int height) throws IOException {
    byte[] picture = Pictures.png(64, 64, 3);
    ByteBuffer header = ByteBuffer.wrap(picture);
    header.putInt(16, width).putInt(20, height);
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(picture, 12, 17);
    header.putInt(29, (int) crc.getValue());
    return picture;
  }

  @Test
  void aSendersLargePictureWaitsForItsOthersUntilOneIsJudgedAndItsSmallOneDoesNot()
      throws Exception {
    byte[] large = declared(7_000, 7_000);
    String firstId = "";
    for (int i = 0; i < 4; i++) {
      HttpResponse<String> taken = json(pair(large, "A flat picture " + i));
      assertThat(taken.statusCode()).isEqualTo(201);
      firstId = Json.MAPPER.readTree(taken.body()).get("pair_id").textValue();
    }
    byte[] next = Json.bytes(pair(large, "A flat picture more"));

    CompletableFuture<HttpResponse<String>> waiting =
        client.sendAsync(request("application/json", next), BodyHandlers.ofString());
    HttpResponse<String> small = json(pair("A small picture beside large ones"));
    boolean waited = !waiting.isDone();
    cluster.judge(firstId, "TRAINING");

    assertThat(small.statusCode()).isEqualTo(201);
    assertThat(waited).isTrue();
    assertThat(waiting.join().statusCode()).isEqualTo(201);
  }

  @Test
  void aSmallFileOfHugeSizeIsRefusedByItsHeader() throws Exception {
    HttpResponse<String> answer = json(pair(declared(10_000, 5_001), "A bomb"));

    assertProblem(answer, 422, "pair-refused");
    assertThat(answer.body())
        .contains("IMAGE_TOO_MANY_PIXELS", "50010000 pixels", "50000000 pixels");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"image\": \"AAAA\"}",
        "{\"caption\": \"  \", \"url\": \"https://a.example/x\"}",
        "{\"caption\": \"x\", \"url\": \"ftp://a.example/x\"}",
        "{\"caption\": \"x\", \"url\": \"https://me@a.example/x\"}",
        "{\"caption\": \"x\"}",
        "{\"caption\": 7, \"url\": \"https://a.example/x\"}",
        "{\"caption\": [\"x\"], \"url\": \"https://a.example/x\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"color\": \"red\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"language\": \"!!\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"licence\": \"a\\u0000b\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"source_kind\": \"STOLEN\"}",
        "{\"caption\": \"\\ud800\", \"url\": \"https://a.example/x\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"expected_digest\": \"abc\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"annotations\": [1]}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"annotations\": {\"a\": {}}}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"labels\": \"dog\"}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"labels\": [\"dog\", 7]}",
        "{\"caption\": \"x\", \"url\": \"https://a.example/x\", \"labels\": [\"a\\u0000b\"]}",
        "{\"caption\": \"x\", \"image\": \"no base64!\"}",
        "{\"caption\": \"x\", \"image\": {}}"
      })
  void anObjectWithAWrongFieldIsRefused(String body) throws Exception {
    HttpResponse<String> answer = post("application/json", body.getBytes(UTF_8));

    assertProblem(answer, 422, "pair-refused");
  }

  @Test
  void anImageAsADataUrlIsRefusedWithWhatWouldBeRight() throws Exception {
    String body = "{\"caption\": \"x\", \"image\": \"data:image/png;base64,AAAA\"}";

    HttpResponse<String> answer = post("application/json", body.getBytes(UTF_8));

    assertProblem(answer, 422, "pair-refused");
    assertThat(answer.body()).contains("without \\\"data:image/…;base64,\\\" before it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "[]", "7", "\"x\"",
        "{", "{\"caption\": }", "{\"caption\": \"a\"} x", "{\"caption\": \"a\", \"caption\": \"b\"}"
      })
  void whatIsNoJsonObjectIsMalformed(String body) throws Exception {
    assertProblem(post("application/json", body.getBytes(UTF_8)), 400, "body-malformed");
  }

  @Test
  void aCaptionInAnotherEncodingIsRefusedInTheTopologysWords() throws Exception {
    HttpResponse<String> answer =
        form(part("image", "", JPEG), part("caption", "", "Käse".getBytes(ISO_8859_1)));

    assertProblem(answer, 422, "pair-refused");
    assertThat(answer.body()).contains("CAPTION_NOT_UTF8");
    assertThat(form(part("picture", "", JPEG)).body()).contains("there is no field picture; there");
  }

  @Test
  void aDamagedFormIsMalformed() throws Exception {
    String type = "multipart/form-data; boundary=" + BOUNDARY;
    assertProblem(post(type, "no boundary here".getBytes(UTF_8)), 400, "body-malformed");
    assertProblem(post("multipart/form-data", new byte[3]), 400, "body-malformed");
    byte[] cut = body(part("image", "", JPEG));
    assertProblem(post(type, Arrays.copyOf(cut, cut.length - 20)), 400, "body-malformed");
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String name)
      throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = Json.MAPPER.readTree(answer.body());
    assertThat(problem.get("type").textValue()).isEqualTo("urn:pairstream:problem:" + name);
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(problem.get("title").textValue()).isNotBlank();
    assertThat(problem.get("detail").textValue()).isNotBlank();
    assertThat(problem.get("instance").textValue()).startsWith("urn:pairstream:request:");
  }

  @Test
  void noCallerCanClaimThatAPersonLetThePairIn() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri("/v1/pairs"))
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .header(Replay.REVIEW, "0f8fad5b-d9cb-469f-a165-70867728950e")
            .header(Replay.OF, "pairs.crowdsourced-0-1")
            .header(Replay.WAIVED, "IMAGE_TOO_SMALL")
            .POST(
                BodyPublishers.ofByteArray(
                    body(
                        part("image", "image/jpeg", Pictures.jpeg(96, 80, 77)),
                        part("caption", "", "A dog in the snow".getBytes(UTF_8)),
                        part(
                            "annotations." + Replay.WAIVED,
                            "",
                            "IMAGE_TOO_SMALL".getBytes(UTF_8)))))
            .build();

    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(rawAt(Json.MAPPER.readTree(answer.body())).headers()).isEmpty();
  }

  private static Read<RawPair> rawAt(JsonNode answer) {
    return cluster.read(cluster.topics().crowdsourced()).stream()
        .filter(read -> read.partition() == answer.get("partition").intValue())
        .filter(read -> read.offset() == answer.get("offset").longValue())
        .findFirst()
        .orElseThrow();
  }

  private static List<Upload> notes(String id) {
    return cluster.read(cluster.topics().uploads()).stream()
        .filter(read -> read.key().equals(id))
        .map(Read::value)
        .toList();
  }

  private static ObjectNode pair(String caption) {
    return pair(JPEG, caption);
  }

  private static ObjectNode pair(byte[] image, String caption) {
    ObjectNode pair = Json.MAPPER.createObjectNode();
    return pair.put("image", Base64.getEncoder().encodeToString(image)).put("caption", caption);
  }

  private HttpResponse<String> json(ObjectNode body) throws Exception {
    return post("application/json; charset=utf-8", Json.bytes(body));
  }

  private record Part(String name, String mediaType, ByteBuffer content) {}

  private static Part part(String name, String mediaType, byte[] content) {
    return new Part(name, mediaType, ByteBuffer.wrap(content));
  }

  private HttpResponse<String> form(Part... parts) throws Exception {
    return post("multipart/form-data; boundary=" + BOUNDARY, body(parts));
  }

  private static byte[] body(Part... parts) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Part part : parts) {
      body.write(
          ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + part.name() + "\"\r\n")
              .getBytes(UTF_8));
      if (!part.mediaType().isEmpty()) {
        body.write(("Content-Type: " + part.mediaType() + "\r\n").getBytes(UTF_8));
      }
      body.write("\r\n".getBytes(UTF_8));
      body.write(part.content().array());
      body.write("\r\n".getBytes(UTF_8));
    }
    body.write(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    return body.toByteArray();
  }

  private HttpResponse<String> post(String mediaType, byte[] body) throws Exception {
    return client.send(request(mediaType, body), BodyHandlers.ofString());
  }

  private static HttpRequest request(String mediaType, byte[] body) {
    return HttpRequest.newBuilder(uri("/v1/pairs"))
        .header("Content-Type", mediaType)
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  /** The answer to a pair that is taken under one and the same key. */
  private JsonNode keyed(byte[] body) throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(uri("/v1/pairs"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "the only one")
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return Json.MAPPER.readTree(answer.body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + service.port() + path);
  }
}
