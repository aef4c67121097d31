package io.pairstream.benchmarks.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.platform.LocalPlatform;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many groups read many partitions of a real broker and commit every few seconds, some of them
 * stand; a watcher in a process of its own looks at them as the operators' service does. Says how
 * much of a processor and how much memory that process takes.
 */
@Command(name = "watch", mixinStandardHelpOptions = true)
public final class WatchCost implements Callable<Integer> {

  private static final Duration ROUND = Duration.ofSeconds(5);

  @Option(names = "--groups", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
  private int groups;

  @Option(
      names = "--topics",
      defaultValue = "1",
      description = "How many topics the groups are spread over. Default: ${DEFAULT-VALUE}")
  private int topics;

  @Option(
      names = "--partitions",
      defaultValue = "100",
      description = "Of each topic. Default: ${DEFAULT-VALUE}")
  private int partitions;

  @Option(
      names = "--stand",
      defaultValue = "10",
      description = "So many groups stand still. Default: ${DEFAULT-VALUE}")
  private int standing;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "For so long, after as long again to warm up. Default: ${DEFAULT-VALUE}")
  private int seconds;

  public static void main(String[] arguments) {
    AvroSafety.install();
    System.exit(new CommandLine(new WatchCost()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("watch");
    try (LocalPlatform platform =
        LocalPlatform.start(PlatformSettings.in(directory.resolve("platform")))) {
      Cluster cluster =
          new Cluster(
              platform.bootstrapServers(),
              platform.schemaRegistryUrl(),
              new Dataset("pairs"),
              Map.of(),
              Map.of());
      ClusterAccess access = new ClusterAccess(cluster);
      try (Admin admin = access.admin();
          KafkaProducer<byte[], byte[]> producer =
              new KafkaProducer<>(
                  access.clientSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
        createTopics(admin);
        long[] ends = new long[1];
        work(admin, producer, ends);
        Process watcher =
            new ProcessBuilder(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-Xmx128m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WatchingProcess.class.getName(),
                    platform.bootstrapServers(),
                    directory.resolve("history").toString(),
                    Integer.toString(seconds))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
          while (!watcher.waitFor(ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
            work(admin, producer, ends);
          }
        } finally {
          watcher.destroyForcibly();
        }
        return watcher.exitValue();
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private String topic(int number) {
    return "watched-" + number;
  }

  private void createTopics(Admin admin) {
    List<NewTopic> all = new ArrayList<>();
    for (int i = 0; i < topics; i++) {
      all.add(new NewTopic(topic(i), partitions, (short) 1));
    }
    ClusterAccess.await(admin.createTopics(all).all());
  }

  /** Each partition gets a few records, and each group that does not stand reads them. */
  private void work(Admin admin, KafkaProducer<byte[], byte[]> producer, long[] ends) {
    for (int t = 0; t < topics; t++) {
      for (int p = 0; p < partitions; p++) {
        for (int i = 0; i < 3; i++) {
          var unused = producer.send(new ProducerRecord<>(topic(t), p, null, new byte[200]));
        }
      }
    }
    producer.flush();
    ends[0] += 3;
    List<KafkaFuture<Void>> commits = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      if (ends[0] > 3 && g < standing) {
        continue;
      }
      Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
      for (int p = 0; p < partitions; p++) {
        long behind = p % 4;
        places.put(
            new TopicPartition(topic(g % topics), p),
            new OffsetAndMetadata(Math.max(0, ends[0] - behind)));
      }
      commits.add(admin.alterConsumerGroupOffsets("group-" + g, places).all());
    }
    commits.forEach(ClusterAccess::await);
  }
}
