package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.WriterSchemas.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A registry's bad days, played by a small HTTP server that speaks what little is asked of it. */
@Timeout(60)
class WriterSchemasTest {

  private static final String SUBJECT = "pairs.crowdsourced-value";
  private static final int OURS = 3;
  private static final int FOREIGN = 8;
  private static final int JSON = 9;

  private final CountDownLatch hang = new CountDownLatch(1);
  private HttpServer server;
  private Registry registry;
  private WriterSchemas schemas;
  private volatile boolean foreignIsRegistered;
  private volatile Day day = Day.GOOD;

  private enum Day {
    GOOD,
    EMPTY,
    FAILING,
    HANGING
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
    registry =
        new Registry(
            "http://127.0.0.1:" + server.getAddress().getPort(), Map.of("max.retries", "0"));
    schemas = new WriterSchemas(registry, SUBJECT, RawPair.SCHEMA$);
  }

  @AfterEach
  void stop() {
    hang.countDown();
    schemas.close();
    server.stop(0);
  }

  @Test
  void knowsWhatTheRegistryHas() {
    assertThat(schemas.decide(OURS)).isEqualTo(Verdict.KNOWN);
  }

  @Test
  void blamesAnIdThatAWorkingRegistryDoesNotHave() {
    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void blamesAnIdWhoseSchemaIsNotAvro() {
    assertThat(schemas.decide(JSON)).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void blamesNoIdWhileTheRegistryIsEmpty() {
    day = Day.EMPTY;

    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void blamesNoIdWhileTheRegistryFails() {
    day = Day.FAILING;

    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void blamesNoIdWhileTheRegistryHangs() {
    day = Day.HANGING;

    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void blamesNoIdWhileTheRegistryIsDown() {
    server.stop(0);

    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void remembersWhatItKnowsThroughAnOutage() {
    schemas.decide(OURS);
    day = Day.FAILING;

    assertThat(schemas.decide(OURS)).isEqualTo(Verdict.KNOWN);
    assertThat(schemas.of(OURS)).isEqualTo(Verdict.KNOWN);
  }

  /** The deserializer asks under its subject: what is known there must be known to it. */
  @Test
  void whatIsKnownDecodesThoughTheRegistryFails() throws IOException {
    assertThat(schemas.decide(OURS)).isEqualTo(Verdict.KNOWN);
    day = Day.FAILING;
    RawPair pair = RawPair.newBuilder().setCaption("a red bus").build();
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.write(new byte[] {0, 0, 0, 0, OURS});
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(value, null);
    new SpecificDatumWriter<>(RawPair.class).write(pair, encoder);

    assertThat(
            new AvroSerdes(registry)
                .of(RawPair.class, "pairs.crowdsourced")
                .deserializer()
                .deserialize("any", value.toByteArray()))
        .isEqualTo(pair);
  }

  @Test
  void asksAgainAboutAnIdThatWasUnknownForLong() throws Exception {
    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
    assertThat(schemas.of(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
    foreignIsRegistered = true;

    while (schemas.of(FOREIGN) != Verdict.KNOWN) { // ended by the time-out of the class
      assertThat(schemas.of(FOREIGN)).isNotNull();
    }
  }

  @Test
  void decidesOnceTheRegistryIsBack() {
    day = Day.EMPTY;
    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
    day = Day.GOOD;

    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (day == Day.HANGING) {
      try {
        hang.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (day == Day.FAILING) {
      reply(exchange, 500, "{\"error_code\":50001,\"message\":\"on fire\"}");
    } else if (day == Day.GOOD
        && (path.equals("/schemas/ids/" + OURS)
            || (foreignIsRegistered && path.equals("/schemas/ids/" + FOREIGN)))) {
      String schema = Registry.withoutJavaProperties(RawPair.SCHEMA$).toString();
      reply(
          exchange,
          200,
          "{\"schema\":\"" + schema.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
    } else if (day == Day.GOOD && path.equals("/schemas/ids/" + JSON)) {
      reply(exchange, 200, "{\"schemaType\":\"JSON\",\"schema\":\"{}\"}");
    } else if (day == Day.GOOD && path.startsWith("/subjects/" + SUBJECT)) {
      reply(
          exchange,
          200,
          "{\"subject\":\"" + SUBJECT + "\",\"version\":1,\"id\":" + OURS + ",\"schema\":\"{}\"}");
    } else {
      reply(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    }
  }

  private static void reply(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
