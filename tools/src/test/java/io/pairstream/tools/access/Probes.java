package io.pairstream.tools.access;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Plain Kafka clients of one user, who tries every operation on every resource that is named, and
 * notes as {@code TYPE name OPERATION} what the brokers let it do.
 *
 * <p>What is tried changes nothing, but for a record more on each topic that may be written.
 */
final class Probes {

  /** Answers to a client that may ask, and asks for what is there already, or is not there. */
  private static final Set<Class<?>> OF_THE_ALLOWED =
      Set.of(
          TopicExistsException.class,
          InvalidPartitionsException.class,
          PolicyViolationException.class,
          GroupIdNotFoundException.class,
          UnknownMemberIdException.class,
          TransactionalIdNotFoundException.class);

  private final Map<String, Object> settings;
  private final Set<String> allowed = new TreeSet<>();

  /**
   * @param settings of any Kafka client, with the user's name and password
   */
  Probes(Map<String, Object> settings) {
    this.settings = Map.copyOf(settings);
  }

  /** Tries it all. */
  Set<String> allowed(
      Collection<String> topics, Collection<String> groups, Collection<String> transactionalIds) {
    try (Admin admin = Admin.create(settings)) {
      describeAndChange(admin, topics);
      groups(admin, groups);
      transactions(admin, transactionalIds);
      cluster(admin);
    }
    write(topics);
    read(topics);
    return allowed;
  }

  private void describeAndChange(Admin admin, Collection<String> topics) {
    note(ResourceType.TOPIC, AclOperation.DESCRIBE, admin.describeTopics(topics).topicNameValues());
    List<ConfigResource> resources = topics.stream().map(Probes::topic).toList();
    noteConfigs(AclOperation.DESCRIBE_CONFIGS, admin.describeConfigs(resources).values());
    noteConfigs(
        AclOperation.ALTER_CONFIGS,
        admin
            .incrementalAlterConfigs(
                resources.stream()
                    .collect(
                        Collectors.toMap(
                            Function.identity(), any -> change("max.message.bytes", "1000000"))),
                new AlterConfigsOptions().validateOnly(true))
            .values());
    note(
        ResourceType.TOPIC,
        AclOperation.CREATE,
        admin
            .createTopics(
                topics.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList(),
                new CreateTopicsOptions().validateOnly(true))
            .values());
    note(
        ResourceType.TOPIC,
        AclOperation.ALTER,
        admin
            .createPartitions(
                topics.stream()
                    .collect(
                        Collectors.toMap(Function.identity(), any -> NewPartitions.increaseTo(1))),
                new CreatePartitionsOptions().validateOnly(true))
            .values());
    Map<String, Future<?>> deletions = new HashMap<>();
    topics.forEach(
        name -> {
          TopicPartition first = new TopicPartition(name, 0);
          deletions.put(
              name,
              admin
                  .deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(0)))
                  .lowWatermarks()
                  .get(first));
        });
    note(ResourceType.TOPIC, AclOperation.DELETE, deletions);
  }

  private void groups(Admin admin, Collection<String> groups) {
    note(
        ResourceType.GROUP,
        AclOperation.DESCRIBE,
        admin.describeConsumerGroups(groups).describedGroups());
    note(
        ResourceType.GROUP,
        AclOperation.DELETE,
        admin.deleteConsumerGroups(groups).deletedGroups());
    Map<String, Future<?>> leaves = new HashMap<>();
    MemberToRemove absent = new MemberToRemove("absent");
    groups.forEach(
        group ->
            leaves.put(
                group,
                admin
                    .removeMembersFromConsumerGroup(
                        group, new RemoveMembersFromConsumerGroupOptions(Set.of(absent)))
                    .memberResult(absent)));
    note(ResourceType.GROUP, AclOperation.READ, leaves);
  }

  private void transactions(Admin admin, Collection<String> ids) {
    Map<String, Future<?>> described = new HashMap<>();
    var descriptions = admin.describeTransactions(ids);
    ids.forEach(id -> described.put(id, descriptions.description(id)));
    note(ResourceType.TRANSACTIONAL_ID, AclOperation.DESCRIBE, described);
    note(
        ResourceType.TRANSACTIONAL_ID,
        AclOperation.WRITE,
        admin.fenceProducers(ids).fencedProducers());
  }

  private void cluster(Admin admin) {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    Map<AclOperation, Future<?>> asked =
        Map.of(
            AclOperation.DESCRIBE,
            admin.describeLogDirs(List.of(1)).descriptions().get(1),
            AclOperation.DESCRIBE_CONFIGS,
            admin.describeConfigs(List.of(broker)).values().get(broker),
            AclOperation.ALTER_CONFIGS,
            admin
                .incrementalAlterConfigs(
                    Map.of(broker, change("background.threads", "10")),
                    new AlterConfigsOptions().validateOnly(true))
                .values()
                .get(broker),
            AclOperation.ALTER,
            admin
                .deleteAcls(
                    List.of(
                        new AclBindingFilter(
                            ResourcePatternFilter.ANY,
                            new AccessControlEntryFilter(
                                "User:absent", null, AclOperation.ANY, AclPermissionType.ANY))))
                .all());
    asked.forEach(
        (operation, answer) ->
            note(ResourceType.CLUSTER, operation, Map.of("kafka-cluster", answer)));
  }

  private void write(Collection<String> topics) {
    Map<String, Object> own = new HashMap<>(settings);
    own.remove("default.api.timeout.ms");
    // Otherwise it would first ask for an id, which is another operation.
    own.put("enable.idempotence", false);
    own.put("max.request.size", 1_000_000);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(own, new ByteArraySerializer(), new ByteArraySerializer())) {
      Map<String, Future<?>> sent = new HashMap<>();
      topics.stream()
          .filter(topic -> !topic.startsWith("__"))
          .forEach(
              topic ->
                  sent.put(
                      topic, producer.send(new ProducerRecord<>(topic, 0, new byte[1], null))));
      note(ResourceType.TOPIC, AclOperation.WRITE, sent);
    }
  }

  private void read(Collection<String> topics) {
    Map<String, Object> own = new HashMap<>(settings);
    // What one topic does not have any more is not waited for before the next is asked.
    own.put("fetch.max.wait.ms", 1);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (String topic : topics) {
        try {
          List<TopicPartition> partitions =
              consumer.partitionsFor(topic).stream()
                  .map(each -> new TopicPartition(topic, each.partition()))
                  .toList();
          consumer.assign(partitions);
          consumer.seekToBeginning(partitions);
          while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
            // Each topic has a record.
          }
          note(ResourceType.TOPIC, topic, AclOperation.READ);
        } catch (AuthorizationException e) {
          consumer.assign(List.of());
        }
      }
    }
  }

  private void noteConfigs(
      AclOperation operation, Map<ConfigResource, ? extends Future<?>> answers) {
    Map<String, Future<?>> byName = new HashMap<>();
    answers.forEach((resource, answer) -> byName.put(resource.name(), answer));
    note(ResourceType.TOPIC, operation, byName);
  }

  private void note(
      ResourceType type, AclOperation operation, Map<String, ? extends Future<?>> answers) {
    answers.forEach(
        (name, answer) -> {
          try {
            KafkaAnswers.await(answer);
            note(type, name, operation);
          } catch (AuthorizationException e) {
            // It may not.
          } catch (KafkaException e) {
            if (!OF_THE_ALLOWED.contains(e.getClass())) {
              throw new IllegalStateException(type + " " + name + " " + operation, e);
            }
            note(type, name, operation);
          }
        });
  }

  private void note(ResourceType type, String name, AclOperation operation) {
    allowed.add(type + " " + name + " " + operation);
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  private static Collection<AlterConfigOp> change(String setting, String value) {
    return List.of(new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET));
  }
}
