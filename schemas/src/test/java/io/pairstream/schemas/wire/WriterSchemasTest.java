package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.WriterSchemas.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A registry's bad days, played by a small HTTP server that speaks what little is asked of it. */
class WriterSchemasTest {

  private static final String SUBJECT = "pairs.crowdsourced-value";
  private static final int OURS = 3;
  private static final int FOREIGN = 8;
  private static final int JSON = 9;
  private static final int FORBIDDEN = 10;

  /** A record in a record and so on, each of ten times the next: ten to the twelfth of nothing. */
  private static final int BOMB = 11;

  /** Bytes of the bomb in an array or a record within itself, which may add a few for each item. */
  private static final int BOMB_IN_ARRAY = 12;

  private static final int BOMB_IN_ITSELF = 13;

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
    FORBIDDING,
    HANGING
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
    registry = registry(Duration.ofMinutes(1));
    schemas = new WriterSchemas(topic(registry));
  }

  private static Topic<RawPair> topic(Registry registry) {
    return new AvroSerdes(registry).topic(RawPair.class, "pairs.crowdsourced");
  }

  /** Only what is to hang is waited for that long. */
  private Registry registry(Duration timeout) {
    return new Registry(
        "http://127.0.0.1:" + server.getAddress().getPort(),
        Map.of("max.retries", "0", "http.read.timeout.ms", "" + timeout.toMillis()));
  }

  @AfterEach
  void stop() {
    hang.countDown();
    schemas.close();
    server.stop(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {FOREIGN, JSON, FORBIDDEN, BOMB, BOMB_IN_ARRAY, BOMB_IN_ITSELF})
  void blamesAnIdThatIsUnknownOrWhoseSchemaIsNotForUs(int id) {
    assertThat(schemas.decide(id)).isEqualTo(Verdict.UNKNOWN);
  }

  @ParameterizedTest
  @EnumSource(names = {"EMPTY", "FAILING", "FORBIDDING", "HANGING"})
  void blamesNoIdWhileTheRegistryDoesNotAnswerAsItShould(Day bad) {
    Registry asked = registry(Duration.ofSeconds(5));
    try (WriterSchemas impatient = new WriterSchemas(topic(asked))) {
      day = bad;

      assertThat(impatient.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
    }
  }

  /** Also by those who do not ask for a verdict first. */
  @ParameterizedTest
  @ValueSource(ints = {FOREIGN, JSON, FORBIDDEN, BOMB})
  void valuesOfSuchASchemaAreUnreadable(int id) {
    byte[] value = {0, 0, 0, 0, (byte) id, 2, 'a'};
    Topic<RawPair> topic = topic(registry);

    assertThatThrownBy(() -> topic.read(value)).isInstanceOf(SerializationException.class);
    assertThat(topic.decode(value)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILING", "FORBIDDING", "HANGING"})
  void noValueIsUnreadableWhileTheRegistryDoesNotAnswer(Day bad) {
    byte[] value = {0, 0, 0, 0, OURS, 2, 'a'};
    Registry impatient = registry(Duration.ofMillis(300));
    Topic<RawPair> topic = topic(impatient);
    day = bad;

    assertThatThrownBy(() -> topic.decode(value)).isInstanceOf(RegistryUnavailableException.class);
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

    assertThat(topic(registry).value().deserializer().deserialize("any", value.toByteArray()))
        .isEqualTo(pair);
  }

  @Test
  void asksAgainAboutAnIdThatWasUnknownForLong() throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    try (WriterSchemas asking = new WriterSchemas(topic(registry), nanos::get)) {
      assertThat(asking.decide(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
      foreignIsRegistered = true;
      nanos.addAndGet(Duration.ofSeconds(2).toNanos());
      assertThat(asking.of(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
      nanos.addAndGet(1);

      while (asking.of(FOREIGN) != Verdict.KNOWN) { // ended by the time-out of the class
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }

  @Test
  void decidesOnceTheRegistryIsBack() {
    day = Day.EMPTY;
    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNDECIDED);
    day = Day.GOOD;

    assertThat(schemas.decide(FOREIGN)).isEqualTo(Verdict.UNKNOWN);
  }

  /** No producer's own thread waits for a registry that accepts and does not answer. */
  @Test
  void whatIsWrittenAsksNoRegistryOnceItsIdWasLookedUp() {
    Registry impatient = registry(Duration.ofSeconds(5));
    Topic<RawPair> topic = topic(impatient);
    RawPair pair = RawPair.newBuilder().build();
    day = Day.HANGING;
    assertThatThrownBy(() -> topic.value().serializer().serialize("", pair))
        .isInstanceOf(SerializationException.class);

    day = Day.GOOD;
    assertThat(impatient.idOf(SUBJECT, RawPair.SCHEMA$)).isEqualTo(OURS);

    day = Day.HANGING;
    assertThat(WireFormat.schemaId(topic.value().serializer().serialize("", pair))).hasValue(OURS);
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
    if (day == Day.FORBIDDING || path.equals("/schemas/ids/" + FORBIDDEN)) {
      reply(exchange, 403, "{\"error_code\":40301,\"message\":\"not for you\"}");
    } else if (day == Day.FAILING) {
      reply(exchange, 500, "{\"error_code\":50001,\"message\":\"on fire\"}");
    } else if (day == Day.GOOD
        && (path.equals("/schemas/ids/" + OURS)
            || (foreignIsRegistered && path.equals("/schemas/ids/" + FOREIGN)))) {
      reply(exchange, 200, ofSchema(Registry.withoutJavaProperties(RawPair.SCHEMA$)));
    } else if (day == Day.GOOD && foreign().containsKey(path)) {
      reply(exchange, 200, ofSchema(foreign().get(path)));
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

  private static Map<String, Schema> foreign() {
    return Map.of(
        "/schemas/ids/" + BOMB, nested(12),
        "/schemas/ids/" + BOMB_IN_ARRAY, around(Schema.createArray(nested(2))),
        "/schemas/ids/" + BOMB_IN_ITSELF, inItself(nested(2)));
  }

  /** A record with ten fields of a record with ten fields, so many times. */
  private static Schema nested(int levels) {
    Schema inner = Schema.createRecord("L0", null, "bomb", false, List.of());
    for (int level = 1; level <= levels; level++) {
      Schema each = inner;
      inner =
          Schema.createRecord(
              "L" + level,
              null,
              "bomb",
              false,
              IntStream.range(0, 10).mapToObj(i -> new Schema.Field("f" + i, each)).toList());
    }
    return inner;
  }

  private static Schema around(Schema schema) {
    return Schema.createRecord(
        "Around", null, "bomb", false, List.of(new Schema.Field("it", schema)));
  }

  private static Schema inItself(Schema schema) {
    Schema itself = Schema.createRecord("Itself", null, "bomb", false);
    itself.setFields(
        List.of(
            new Schema.Field("it", schema),
            new Schema.Field("next", Schema.createUnion(Schema.create(Schema.Type.NULL), itself))));
    return itself;
  }

  private static String ofSchema(Schema schema) {
    return "{\"schema\":\"" + schema.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
  }

  private static void reply(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
