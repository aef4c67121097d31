package io.pairstream.service.transactions;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The Kafka clients of one instance of a service that shares partitions with others and commits its
 * positions in transactions, with the settings on which its guarantees rest.
 *
 * <p>A transaction holds what is ready within a moment, never the work itself, so that its time-out
 * may be far shorter; what a killed instance left open is rolled back after it, and what it worked
 * on comes again. A poll comes many times a second while work continues, so that no work takes a
 * partition away.
 *
 * @param group consumer group of all instances
 * @param transactionalId the transactional id of every producer of this process, so that each ends
 *     what the one before left open; and the client id of its members, by which others know what
 *     one that died left open. The process reports it as {@link AbandonedTransaction#IDS_FACT}
 */
public record GroupClients(Cluster cluster, String group, String transactionalId) {

  /** After that a killed instance's transaction is rolled back. */
  private static final Duration TRANSACTION = Duration.ofSeconds(20);

  /** Longer than a transaction, for whose end a new owner of its partitions waits. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** Silence after which a member's partitions are reassigned. */
  private static final Duration SESSION = Duration.ofSeconds(10);

  private static final Duration DELIVERY = Duration.ofSeconds(15);
  private static final Duration REQUEST = Duration.ofSeconds(10);

  /** The clients of a process that begins. */
  public GroupClients(Cluster cluster, String group) {
    this(cluster, group, group + "-" + UUID.randomUUID());
  }

  /**
   * A member of the group.
   *
   * @param assignor how the group shares out partitions; the same for all members
   * @param recordsPerPoll most records that a poll returns
   */
  public Consumer<byte[], byte[]> member(
      Class<? extends ConsumerPartitionAssignor> assignor, int recordsPerPoll) {
    Map<String, Object> usual = new HashMap<>();
    usual.put("session.timeout.ms", (int) SESSION.toMillis());
    usual.put("heartbeat.interval.ms", 1_000);
    usual.put("max.partition.fetch.bytes", 1024 * 1024);
    usual.put("fetch.max.bytes", 8 * 1024 * 1024);
    Map<String, Object> settings = cluster.clientSettings(usual);
    settings.put("client.id", transactionalId);
    settings.put("group.id", group);
    settings.put("group.protocol", "classic");
    settings.put("partition.assignment.strategy", assignor.getName());
    long answer = KafkaTimeouts.ofAnswers(settings, ANSWER).toMillis();
    settings.put("default.api.timeout.ms", (int) Math.max(answer, ANSWER.toMillis()));
    return consumer(settings, recordsPerPoll);
  }

  /**
   * A consumer of committed records without a group.
   *
   * @param recordsPerPoll most records that a poll returns
   */
  public Consumer<byte[], byte[]> reader(int recordsPerPoll) {
    return consumer(
        cluster.clientSettings(Map.of("max.partition.fetch.bytes", 256 * 1024)), recordsPerPoll);
  }

  private static Consumer<byte[], byte[]> consumer(
      Map<String, Object> settings, int recordsPerPoll) {
    settings.putIfAbsent("max.poll.records", recordsPerPoll);
    return ClusterAccess.consumer(settings, Map.of());
  }

  /** Closes a member, which leaves its group, and waits for no records that are being fetched. */
  public static void leave(Consumer<byte[], byte[]> member) {
    member.unsubscribe();
    member.close(CloseOptions.timeout(Duration.ZERO));
  }

  /** A producer of transactions, which it has not opened yet. */
  public Producer<byte[], byte[]> producer() {
    Map<String, Object> usual = new HashMap<>();
    usual.put("buffer.memory", 64 * 1024 * 1024);
    usual.put("batch.size", 256 * 1024);
    usual.put("linger.ms", 5);
    usual.put("compression.type", "none");
    usual.put("request.timeout.ms", (int) REQUEST.toMillis());
    Map<String, Object> settings = cluster.clientSettings(usual);
    KafkaTimeouts.transactWithin(settings, DELIVERY, TRANSACTION);
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("transactional.id", transactionalId);
    settings.put("max.request.size", RecordSizes.MAX_RECORD);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
