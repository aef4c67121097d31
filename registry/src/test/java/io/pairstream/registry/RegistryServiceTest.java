package io.pairstream.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.requirements.Prerequisites;
import io.pairstream.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryServiceTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** As a client with Confluent's defaults derives it from a class of two fields. */
  private static final Schema FOREIGN =
      SchemaBuilder.record("RawPair")
          .namespace("io.pairstream.schemas")
          .fields()
          .name("image")
          .type()
          .bytesType()
          .bytesDefault("")
          .optionalString("split")
          .endRecord();

  @TempDir Path data;

  private final ClusterAccess cluster = KAFKA.emptyDataset();
  private final String subject = cluster.dataset().topic("crowdsourced") + "-value";
  @AutoClose private RegistryService service;

  @BeforeEach
  void start() throws Exception {
    service = begin();
  }

  @Test
  void registersForTheCredentialAlone() throws Exception {
    int id = writer().register(subject, RawPair.SCHEMA$);

    assertThatThrownBy(() -> anybody().register(subject, FOREIGN))
        .isInstanceOf(MissingSchemaException.class)
        .hasStackTraceContaining("only pairstream topics create may register one");
    assertThat(get("/subjects/" + subject + "/versions")).isEqualTo("[1]");
    // What the subject has adds nothing, so Confluent's default settings do no harm with it.
    assertThat(anybody().register(subject, RawPair.SCHEMA$)).isEqualTo(id);
    assertThat(anybody().idOf(subject, RawPair.SCHEMA$)).isEqualTo(id);
    assertThat(anybody().writerSchema(subject, id).getFullName())
        .isEqualTo(RawPair.SCHEMA$.getFullName());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(credentialFile())))
        .isEqualTo("rw-------");
  }

  @Test
  void recordOfANewerReleaseIsReadWhileTheRegistryIsAwayByStartedInstances() throws Exception {
    Schema newer = withOneMoreField(Receipt.SCHEMA$);
    String receipts = cluster.dataset().topic(TopicCatalogue.RECEIPTS) + "-value";
    writer().register(receipts, Receipt.SCHEMA$);
    ByteBuffer value = ByteBuffer.allocate(10_000).put((byte) 0);
    value.putInt(writer().register(receipts, newer)).put(empty(newer));
    Registry registry = anybody();
    Topic<Receipt> topic = PairTopics.of(cluster.dataset(), registry).receipts();

    Cluster unasked =
        new Cluster(
            KAFKA.bootstrapServers(), registry.addresses(), cluster.dataset(), Map.of(), Map.of());
    boolean unused =
        new Prerequisites(unasked, registry, () -> false, obstacle -> {})
            .awaitSchemas(List.of(topic.name()), List.of());
    service.close();

    byte[] bytes = Arrays.copyOf(value.array(), value.position());
    assertThat(topic.read(bytes)).isEqualTo(Receipt.newBuilder().build());
  }

  private static byte[] empty(Schema schema) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(new GenericRecordBuilder(schema).build(), encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  @Test
  void changesAndDeletesNothingForAnybody() throws Exception {
    int id = writer().register(subject, RawPair.SCHEMA$);

    for (String path : new String[] {"/subjects/" + subject, "/config/" + subject, "/config"}) {
      for (String method : new String[] {"DELETE", "PUT"}) {
        HttpRequest request =
            HttpRequest.newBuilder(at(path))
                .method(method, HttpRequest.BodyPublishers.ofString("{\"compatibility\":\"NONE\"}"))
                .header("Content-Type", "application/json")
                .build();
        assertThat(send(request).statusCode()).isEqualTo(405);
      }
    }
    assertThat(anybody().compatibilityOf(subject)).contains(Registry.COMPATIBILITY);
    assertThat(anybody().idOf(subject, RawPair.SCHEMA$)).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type': 'fixed', 'name': 'f', 'size': 2147483647}",
        "{'type': 'array', 'items': {'type': 'fixed', 'name': 'f', 'size': 2147483647}}",
        "{'type': 'fixed', 'name': 'f', 'size': -1}",
        "{'type': 'record', 'name': 'r', 'fields': [{'name': 'a', 'type': 'int', 'order': 'up'}]}",
        "{'type': 'record', 'name': 'r', 'fields': [null]}",
        "nothing",
      })
  void saysOfWhatIsNoSchemaThatItIsNone(String schema) throws Exception {
    HttpResponse<String> answer = lookUp(schema.replace('\'', '"'));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("\"error_code\":42201").contains("this is no Avro schema: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/subjects/any", "/subjects/any/versions"})
  void defaultsInsideDefaultsTakeNoTimeOfAStrangers(String path) throws Exception {
    writer().register(subject, RawPair.SCHEMA$);

    // Checked by Avro, each level would double the work: 2^60.
    HttpResponse<String> answer = post(path.replace("any", subject), bomb(60));

    assertThat(answer.statusCode()).isIn(403, 404);
    assertThat(get("/subjects/" + subject + "/versions")).isEqualTo("[1]");
  }

  @Test
  void schemaThatNoReaderTakesIsNotRegistered() throws Exception {
    Schema.Parser unchecked = new Schema.Parser();
    unchecked.setValidateDefaults(false);
    Schema bomb = unchecked.parse(bomb(60));

    assertThatThrownBy(() -> writer().client().register(subject, new AvroSchema(bomb)))
        .hasMessageContaining("more than 10000 types");
  }

  /** Records in which each level names the one below twice, with a default for each. */
  private static String bomb(int levels) {
    String record = "{'type':'record','name':'R0','fields':[]}";
    for (int level = 1; level <= levels; level++) {
      record =
          ("{'type':'record','name':'R%d','fields':[{'name':'a','type':%s,'default':{}},"
                  + "{'name':'b','type':'R%d','default':{}}]}")
              .formatted(level, record, level - 1);
    }
    return record.replace('\'', '"');
  }

  @Test
  void whatIsKnownIsAnsweredWhileManyAskForTheUnknownAndKafkaStands() throws Exception {
    int id = writer().register(subject, RawPair.SCHEMA$);
    HttpClient client = HttpClient.newHttpClient();
    List<CompletableFuture<HttpResponse<String>>> unknown = new ArrayList<>();

    KAFKA.withoutLeaders(
        TopicCatalogue.SCHEMAS::equals,
        () -> {
          // What was read within the last second is believed.
          Await.until(
              "many wait for a reading",
              () -> {
                URI address = at("/schemas/ids/" + (1000 + unknown.size()));
                HttpRequest request = HttpRequest.newBuilder(address).build();
                unknown.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
                long waiting = unknown.stream().filter(answer -> !answer.isDone()).count();
                return waiting > 4L * Runtime.getRuntime().availableProcessors() + 8;
              },
              unknown::size);
          assertThat(anybody().writerSchema(subject, id).getName()).isEqualTo("RawPair");
        });

    unknown.forEach(answer -> answer.cancel(true));
  }

  @Test
  void schemaIsKnownByAnotherSpellingOfItsText() throws Exception {
    int id = writer().register(subject, RawPair.SCHEMA$);
    String text = new ObjectMapper().readTree(get("/schemas/ids/" + id)).get("schema").asText();
    String spaced = new ObjectMapper().readTree(text).toPrettyString();

    assertThat(lookUp(text).body()).contains("\"id\":" + id);
    assertThat(lookUp(spaced).body()).contains("\"id\":" + id);
  }

  @Test
  void saysOfASchemaThatIsTooDeepThatItIsNone() throws Exception {
    HttpResponse<String> answer =
        lookUp("{\"type\":\"array\",\"items\":".repeat(5_000) + "\"int\"" + "}".repeat(5_000));

    assertThat(answer.statusCode()).isEqualTo(422);
  }

  @Test
  void refusesARecordThatHoldsItselfWithoutEnd() throws IOException {
    String endless =
        "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":\"r\"}%s]}";
    Schema first = new Schema.Parser().parse(endless.formatted(""));
    String more = ",{\"name\":\"b\",\"type\":\"int\",\"default\":1}";
    Schema second = new Schema.Parser().parse(endless.formatted(more));
    writer().register(subject + ".endless", first);

    assertThatThrownBy(() -> writer().register(subject + ".endless", second))
        .hasStackTraceContaining("no value has this schema");
  }

  @Test
  void givesSchemasBackUnderTheirIdsAfterTheMachineIsLost() throws Exception {
    int raw = writer().register(subject, RawPair.SCHEMA$);
    int prepared = writer().register(subject + ".b", PreparedPair.SCHEMA$);
    int evolved = writer().register(subject + ".b", withOneMoreField(PreparedPair.SCHEMA$));

    service.close();
    Files.delete(credentialFile());
    service = begin();

    assertThat(anybody().idOf(subject, RawPair.SCHEMA$)).isEqualTo(raw);
    assertThat(anybody().idOf(subject + ".b", PreparedPair.SCHEMA$)).isEqualTo(prepared);
    assertThat(get("/subjects/" + subject + ".b/versions/latest")).contains("\"id\":" + evolved);
    assertThat(writer().register(subject, withOneMoreField(RawPair.SCHEMA$)))
        .isNotIn(raw, prepared, evolved);
  }

  @Test
  void neverGivesAnIdTwiceWhereTwoInstancesWrite() throws Exception {
    int first = writer().register(subject, RawPair.SCHEMA$);
    RegistryService earlier = service;
    service = begin();
    int second = writer().register(subject + ".b", PreparedPair.SCHEMA$);

    Map<String, String> settings =
        new HashMap<>(RegistryCredential.read(credentialFile()).clientSettings());
    // The instance, not its client, finds out that another instance has written since.
    settings.put("max.retries", "0");
    Registry ofEarlier = registry(earlier, settings);
    Schema third = withOneMoreField(RawPair.SCHEMA$);
    assertThat(ofEarlier.register(subject, third)).isNotIn(first, second);
    earlier.close();
  }

  @Test
  void refusesASchemaThatDoesNotReadWhatWasWritten() throws Exception {
    writer().register(subject, RawPair.SCHEMA$);
    Schema other =
        SchemaBuilder.record("RawPair")
            .namespace("io.pairstream.schemas")
            .fields()
            .requiredLong("image")
            .endRecord();

    assertThatThrownBy(() -> writer().register(subject, other))
        .isInstanceOf(MissingSchemaException.class);
  }

  @Test
  void saysWhatIsNotThere() throws Exception {
    writer().register(subject, RawPair.SCHEMA$);

    assertThatThrownBy(() -> anybody().writerSchema(subject, 987_654))
        .isInstanceOf(MissingSchemaException.class);
    assertThatThrownBy(() -> anybody().idOf(subject, PreparedPair.SCHEMA$))
        .isInstanceOf(MissingSchemaException.class);
    assertThatThrownBy(() -> anybody().idOf("nothing-value", PreparedPair.SCHEMA$))
        .isInstanceOf(MissingSchemaException.class);
    assertThat(statusOf("/subjects/" + subject + "/versions/7")).isEqualTo(404);
  }

  private RegistryService begin() throws Exception {
    return RegistryService.start(
        cluster, ServerSettings.of("127.0.0.1", 0, null), credentialFile());
  }

  private Path credentialFile() {
    return data.resolve(RegistryCredential.FILE_NAME);
  }

  private Registry writer() throws IOException {
    return registry(service, RegistryCredential.read(credentialFile()).clientSettings());
  }

  private Registry anybody() {
    return registry(service, Map.of());
  }

  private static Registry registry(RegistryService of, Map<String, String> settings) {
    return new Registry("http://127.0.0.1:" + of.port(), settings);
  }

  /** A schema that no other test registers. */
  private Schema withOneMoreField(Schema schema) {
    String json = schema.toString();
    return new Schema.Parser()
        .parse(
            json.replaceFirst(
                "\"fields\":\\[",
                "\"fields\":[{\"name\":\"of_"
                    + cluster.dataset().name()
                    + "\",\"type\":\"long\",\"default\":0},"));
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + service.port() + path);
  }

  private String get(String path) throws Exception {
    return send(HttpRequest.newBuilder(at(path)).build()).body();
  }

  /** Asks for a schema's id, as anybody may. */
  private HttpResponse<String> lookUp(String schema) throws Exception {
    return post("/subjects/" + subject, schema);
  }

  private HttpResponse<String> post(String path, String schema) throws Exception {
    String body = new ObjectMapper().writeValueAsString(Map.of("schema", schema));
    return send(
        HttpRequest.newBuilder(at(path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .build());
  }

  private int statusOf(String path) throws Exception {
    return send(HttpRequest.newBuilder(at(path)).build()).statusCode();
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
