package io.pairstream.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.registry.SchemaLog.SchemaVersion;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.LongTimeouts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topic of schemas is deleted: no record is ever read by another schema than its own. */
class LostSchemasTest {

  static {
    AvroSafety.install();
  }

  private static final String TOPIC = TopicCatalogue.SCHEMAS;

  private static final Schema FIRST = schema("Pair", "image");
  private static final Schema EVOLVED = schema("Pair", "image", "caption");
  private static final Schema SECOND = schema("Other", "image");

  @TempDir private static Path folder;

  @AutoClose private static EmbeddedKafka kafka;
  private static ClusterAccess cluster;

  @TempDir private Path data;

  private RegistryService service;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new EmbeddedKafka(folder);
    cluster =
        new ClusterAccess(
            new Cluster(
                kafka.bootstrapServers(),
                "mock://lost-schemas",
                new Dataset("lost"),
                LongTimeouts.TIMEOUT,
                Map.of()));
  }

  @BeforeEach
  void start() throws Exception {
    service = begin();
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
    deleteTopic();
  }

  @Test
  void runningRegistryWritesThemAgainUnderTheirIds() throws Exception {
    writeAsEarlierVersionsDid("a", 1, FIRST);
    int second = register(service, "b", SECOND);
    Await.until("both are known", () -> gives(service, 1) && gives(service, second));

    deleteTopic();
    Await.until("the topic is there again", () -> topics().contains(TOPIC));
    Await.until(
        "all are written again",
        () -> {
          try (SchemaLog log = SchemaLog.open(cluster)) {
            return log.all().size() == 2;
          }
        });
    service.close();
    service = begin();

    assertThat(idOf(service, "a", FIRST)).isEqualTo(1);
    assertThat(idOf(service, "b", SECOND)).isEqualTo(second);
  }

  @Test
  void withoutThemNoIdIsGivenToAnotherSchema() throws Exception {
    writeAsEarlierVersionsDid("a", 1, FIRST);
    int first = register(service, "b", SECOND);
    int second = register(service, "c", EVOLVED);

    service.close();
    deleteTopic();
    service = begin();

    assertThat(register(service, "c", EVOLVED)).isEqualTo(second);
    assertThat(register(service, "b", SECOND)).isEqualTo(first);
    assertThat(register(service, "a", FIRST)).isNotIn(1, first, second);
    assertThatThrownBy(() -> registry(service).writerSchema("a", 1))
        .isInstanceOf(MissingSchemaException.class);
  }

  @Test
  void twoRegistriesThatKnowDifferentSchemasAgreeOnAll() throws Exception {
    writeAsEarlierVersionsDid("a", 1, FIRST);
    Await.until("it is known", () -> gives(service, 1));
    deleteTopic();
    try (RegistryService other = begin()) {
      int anew = register(other, "a", EVOLVED);

      Await.until(
          "each gives what the other knew",
          () -> gives(other, 1) && gives(service, 1) && gives(other, anew) && gives(service, anew));
      assertThat(registry(other).writerSchema("a", 1)).isEqualTo(FIRST);
      assertThat(registry(service).writerSchema("a", anew)).isEqualTo(EVOLVED);
    }
  }

  private static boolean gives(RegistryService of, int id) {
    try {
      return registry(of).writerSchema("a", id) != null;
    } catch (MissingSchemaException e) {
      return false;
    }
  }

  private RegistryService begin() throws Exception {
    return RegistryService.start(
        cluster,
        ServerSettings.of("127.0.0.1", 0, null),
        data.resolve(RegistryCredential.FILE_NAME));
  }

  private int register(RegistryService with, String subject, Schema schema) throws Exception {
    Map<String, String> settings =
        RegistryCredential.read(data.resolve(RegistryCredential.FILE_NAME)).clientSettings();
    return new Registry("http://127.0.0.1:" + with.port(), settings).register(subject, schema);
  }

  private static int idOf(RegistryService of, String subject, Schema schema) {
    return registry(of).idOf(subject, schema);
  }

  private static Registry registry(RegistryService of) {
    return new Registry("http://127.0.0.1:" + of.port(), Map.of());
  }

  /** Ids counted up from 1. */
  private static void writeAsEarlierVersionsDid(String subject, int id, Schema schema) {
    try (SchemaLog log = SchemaLog.open(cluster)) {
      log.append(known -> new SchemaVersion(subject, 1, id, schema.toString()));
    }
  }

  private static Schema schema(String name, String... fields) {
    SchemaBuilder.FieldAssembler<Schema> assembler = SchemaBuilder.record(name).fields();
    for (String field : fields) {
      assembler.optionalString(field);
    }
    return assembler.endRecord();
  }

  private static Set<String> topics() {
    try (Admin admin = cluster.admin()) {
      return KafkaAnswers.await(admin.listTopics().names());
    }
  }

  private static void deleteTopic() throws Exception {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.deleteTopics(List.of(TOPIC)).all());
    } catch (UnknownTopicOrPartitionException e) {
      // A test has deleted it already.
    }
  }
}
