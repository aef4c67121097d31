package io.pairstream.tools.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.AccessCatalogue;
import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Right;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.testing.GuardedKafka;
import io.pairstream.testing.TestDataset;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rights of each client as brokers grant them, asked by plain Kafka clients. */
class AccessRulesTest {

  private static final Dataset PAIRS = new Dataset("pairs");

  /** A data set whose name begins as the first one's groups and internal topics do. */
  private static final Dataset NEIGHBOUR = new Dataset("pairs-preprocess-2");

  private static final List<ClientRights> CLIENTS = new AccessCatalogue(PAIRS).clients();

  @TempDir private static Path folder;
  @AutoClose private static GuardedKafka kafka;

  @BeforeAll
  static void grantEverybodyItsRights() throws Exception {
    kafka = new GuardedKafka(folder, names());
    try (Admin admin = Admin.create(settings(GuardedKafka.ADMIN));
        KafkaProducer<byte[], byte[]> producer = transactional()) {
      List<String> topics = topics().filter(topic -> !topic.startsWith("__")).toList();
      KafkaAnswers.await(
          admin
              .createTopics(topics.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList())
              .all());
      producer.initTransactions();
      producer.beginTransaction();
      for (String topic : topics) {
        var unused = producer.send(new ProducerRecord<>(topic, new byte[1], new byte[1]));
      }
      producer.commitTransaction();
      KafkaAnswers.await(
          admin
              .alterConsumerGroupOffsets(
                  "anybody", Map.of(new TopicPartition(topics.get(0), 0), new OffsetAndMetadata(0)))
              .all());
      new AccessRules(admin).add(rules());
    }
  }

  static List<String> names() {
    return CLIENTS.stream().map(ClientRights::client).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aClientMayDoWhatIsListedAndNothingElse(String client) {
    List<String> topics = topics().toList();
    Set<String> groups = namesOf(ResourceType.GROUP);
    Set<String> ids = namesOf(ResourceType.TRANSACTIONAL_ID);

    Set<String> allowed = new Probes(settings(client)).allowed(topics, groups, ids);

    Set<String> listed = new TreeSet<>();
    for (Right right : rightsOf(client)) {
      Collection<String> names =
          switch (right.resource().resourceType()) {
            case TOPIC -> topics;
            case GROUP -> groups;
            case TRANSACTIONAL_ID -> ids;
            default -> List.of(right.resource().name());
          };
      names.stream()
          .filter(name -> isOn(right.resource(), name))
          .forEach(name -> listed.addAll(cells(right, name)));
    }
    assertThat(allowed).isEqualTo(listed);
  }

  @Test
  void eachTopicHasAClientThatWritesItAndOneThatReadsIt() {
    for (TopicSpec topic : new TopicCatalogue(PAIRS, 1).topics()) {
      Set<AclOperation> operations =
          CLIENTS.stream()
              .flatMap(client -> client.rights().stream())
              .filter(right -> right.resource().name().equals(topic.name()))
              .flatMap(right -> right.operations().stream())
              .collect(Collectors.toSet());
      assertThat(operations).as(topic.name()).contains(AclOperation.WRITE, AclOperation.READ);
    }
  }

  private static Set<AclBinding> rules() {
    return CLIENTS.stream()
        .flatMap(
            client ->
                client.rights().stream()
                    .flatMap(right -> right.bindings("User:" + client.client()).stream()))
        .collect(Collectors.toSet());
  }

  private static List<Right> rightsOf(String client) {
    return CLIENTS.stream()
        .filter(each -> each.client().equals(client))
        .findFirst()
        .orElseThrow()
        .rights();
  }

  /** Every topic of the data set, and some of others. */
  private static Stream<String> topics() {
    return Stream.of(
            new TopicCatalogue(PAIRS, 1).topics().stream().map(TopicSpec::name),
            Stream.of(NEIGHBOUR.topic("training"), "pairs.unknown", TopicCatalogue.SCHEMAS),
            AccessCatalogue.OF_KAFKA.stream())
        .flatMap(Function.identity());
  }

  /** All groups or ids that any client has a right on, and some of others. */
  private static Set<String> namesOf(ResourceType type) {
    Set<String> names = new TreeSet<>();
    CLIENTS.stream()
        .flatMap(client -> client.rights().stream())
        .map(Right::resource)
        .filter(resource -> resource.resourceType() == type)
        .forEach(
            resource ->
                names.addAll(
                    List.of(
                        resource.name()
                            + (resource.patternType() == PatternType.PREFIXED ? "one" : ""),
                        resource.name().replaceFirst("^pairs", "others"))));
    names.add(NEIGHBOUR.fetchGroup());
    return names;
  }

  private static boolean isOn(ResourcePattern resource, String name) {
    return resource.patternType() == PatternType.PREFIXED
        ? name.startsWith(resource.name())
        : name.equals(resource.name());
  }

  /** The operations that a right allows, with those that they imply. */
  private static Set<String> cells(Right right, String name) {
    Set<AclOperation> all = EnumSet.copyOf(right.operations());
    if (Stream.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER)
        .anyMatch(all::contains)) {
      all.add(AclOperation.DESCRIBE);
    }
    if (all.contains(AclOperation.ALTER_CONFIGS)) {
      all.add(AclOperation.DESCRIBE_CONFIGS);
    }
    return all.stream()
        .map(operation -> right.resource().resourceType() + " " + name + " " + operation)
        .collect(Collectors.toSet());
  }

  private static Map<String, Object> settings(String user) {
    Map<String, Object> settings = new HashMap<>(TestDataset.SETTINGS);
    settings.putAll(GuardedKafka.login(user));
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return settings;
  }

  private static KafkaProducer<byte[], byte[]> transactional() {
    Map<String, Object> settings = settings(GuardedKafka.ADMIN);
    settings.remove("default.api.timeout.ms");
    settings.put("transactional.id", "anybody");
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
