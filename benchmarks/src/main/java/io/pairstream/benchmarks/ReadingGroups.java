package io.pairstream.benchmarks;

import io.pairstream.platform.LocalPlatform;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A broker, and groups that read: records arrive on every partition every 5 s, and each group
 * commits on all partitions once in that time, at its own moment. Nobody joins the groups.
 *
 * <p>Says where the broker is; answers {@code stop GROUP}, and {@code committed GROUP} with the
 * milliseconds since the group's last commit and how much the broker refused in all.
 */
final class ReadingGroups {

  private static final Duration ROUND = Duration.ofSeconds(5);
  private static final int RECORDS_A_ROUND = 3;
  private static final String TOPIC = "watched";

  private final int partitions;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Set<Integer> idle = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Long> committedAtNanos = new ConcurrentHashMap<>();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong end = new AtomicLong();

  private ReadingGroups(ClusterAccess cluster, int partitions) {
    this.partitions = partitions;
    admin = cluster.admin();
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("linger.ms", 50);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Arguments: folder, groups, partitions, and how many groups commit no more after the first. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    AvroSafety.install();
    int groups = Integer.parseInt(arguments[1]);
    int stopped = Integer.parseInt(arguments[3]);
    try (LocalPlatform platform =
        LocalPlatform.start(Path.of(arguments[0], "platform"), Map.of(), event -> {})) {
      ClusterAccess cluster =
          new ClusterAccess(
              new Cluster(
                  platform.bootstrapServers(),
                  platform.schemaRegistryUrl(),
                  new Dataset("pairs"),
                  Map.of(),
                  platform.registrySettings()));
      ReadingGroups reading = new ReadingGroups(cluster, Integer.parseInt(arguments[2]));
      reading.start(groups, stopped);
      Driven.serve("\"servers\": \"" + platform.bootstrapServers() + "\"", reading::answer);
    }
    System.exit(0);
  }

  private void start(int groups, int stopped) {
    NewTopic topic = new NewTopic(TOPIC, partitions, (short) 1);
    KafkaAnswers.await(admin.createTopics(List.of(topic)).all());
    append();
    ScheduledExecutorService work =
        Executors.newSingleThreadScheduledExecutor(Threads.daemons("groups"));
    Threads.repeat(work, ROUND, this::append);
    for (int i = 0; i < groups; i++) {
      int group = i;
      KafkaAnswers.await(admin.alterConsumerGroupOffsets("group-" + group, places()).all());
      if (group < stopped) {
        idle.add(group);
      }
      long first = ROUND.toMillis() * group / groups;
      var unused =
          work.scheduleAtFixedRate(
              () -> commit(group), first, ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private String answer(String[] words) {
    int group = Integer.parseInt(words[1]);
    if (words[0].equals("stop")) {
      idle.add(group);
    }
    long since = System.nanoTime() - committedAtNanos.getOrDefault(group, 0L);
    return since / 1_000_000 + " " + failed.get();
  }

  private void append() {
    for (int partition = 0; partition < partitions; partition++) {
      for (int i = 0; i < RECORDS_A_ROUND; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(TOPIC, partition, null, new byte[200]),
                (metadata, error) -> {
                  if (error != null) {
                    failed.incrementAndGet();
                  }
                });
      }
    }
    producer.flush();
    end.addAndGet(RECORDS_A_ROUND);
  }

  private void commit(int group) {
    if (idle.contains(group)) {
      return;
    }
    var unused =
        admin
            .alterConsumerGroupOffsets("group-" + group, places())
            .all()
            .whenComplete(
                (done, error) -> {
                  if (error == null) {
                    committedAtNanos.put(group, System.nanoTime());
                  } else {
                    failed.incrementAndGet();
                  }
                });
  }

  /** Some partitions are read to their end, on others up to three records wait. */
  private Map<TopicPartition, OffsetAndMetadata> places() {
    Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      places.put(
          new TopicPartition(TOPIC, partition),
          new OffsetAndMetadata(Math.max(0, end.get() - partition % 4)));
    }
    return places;
  }
}
