package io.pairstream.benchmarks.bombs;

import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.platform.PlatformListener;
import io.pairstream.platform.PlatformSettings;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * How long photographs take through a whole platform, by themselves and with bombs among them, in
 * turns. All are written to the raw topic at once, as by somebody who passes no ingest API.
 */
final class BombFlood implements AutoCloseable {

  private static final int PHOTOGRAPHS = 40;
  private static final int BOMBS = 20;
  private static final int ROUNDS = 5;
  private static final long PATIENCE_MINUTES = 10;

  private final List<byte[]> photographs;
  private final List<byte[]> bombs = List.copyOf(BombFiles.costly().values());
  private final PairPublisher publisher;
  private final KafkaConsumer<String, byte[]> outputs;
  private int sent;

  private BombFlood(List<byte[]> photographs, Cluster cluster) {
    this.photographs = photographs;
    Map<String, Object> kafka = cluster.clientSettings(Map.of());
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
    publisher =
        PairPublisher.open(topics.crowdsourced(), cluster.registry(), kafka, Clock.systemUTC());
    Map<String, Object> reading = new HashMap<>(kafka);
    reading.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    reading.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, RecordSizes.MAX_RECORD);
    outputs = new KafkaConsumer<>(reading, new StringDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        Stream.of(topics.training(), topics.validation(), topics.test(), topics.quarantine())
            .flatMap(topic -> outputs.partitionsFor(topic.name()).stream())
            .map(found -> new TopicPartition(found.topic(), found.partition()))
            .toList();
    outputs.assign(partitions);
    outputs.seekToEnd(partitions);
    partitions.forEach(outputs::position);
  }

  /**
   * @param folder JPEGs, at least 40
   */
  static void run(Path folder) throws IOException, InterruptedException {
    List<byte[]> photographs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().limit(PHOTOGRAPHS).toList()) {
        photographs.add(Files.readAllBytes(file));
      }
    }
    Path directory = Files.createTempDirectory("pairstream-bombs");
    try (WholePlatform platform =
            WholePlatform.withoutPages(
                PlatformSettings.in(directory),
                new Dataset(Dataset.DEFAULT_NAME),
                4,
                "dalle",
                List.of(),
                PlatformListener.SILENT);
        BombFlood flood = new BombFlood(photographs, platform.cluster())) {
      flood.round(0);
      List<Double> alone = new ArrayList<>();
      List<Double> flooded = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        alone.addAll(flood.round(0));
        flooded.addAll(flood.round(BOMBS));
      }
      print("photographs alone", alone);
      print("with " + BOMBS + " bombs", flooded);
    }
    System.out.println("left behind: " + directory);
  }

  /** Sends everything, a bomb after every second photograph; returns the photographs' seconds. */
  private List<Double> round(int bombCount) throws InterruptedException {
    Map<String, Long> photographsSent = new HashMap<>();
    int bombsSent = 0;
    for (int i = 0; i < photographs.size(); i++) {
      photographsSent.put(send(photographs.get(i)), System.nanoTime());
      if (bombsSent < bombCount && i % 2 == 0) {
        var unused = send(bombs.get(bombsSent % bombs.size()));
        bombsSent++;
      }
    }
    publisher.flush();
    List<Double> seconds = new ArrayList<>();
    int left = photographs.size() + bombsSent;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (left > 0) {
      for (ConsumerRecord<String, byte[]> record : outputs.poll(Duration.ofMillis(20))) {
        left--;
        Long sentAt = photographsSent.get(record.key());
        if (sentAt != null) {
          seconds.add((System.nanoTime() - sentAt) / 1e9);
        }
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(left + " without an output");
      }
    }
    return seconds;
  }

  /** Sends a file as one that nobody sent before: with a number behind its end. */
  private String send(byte[] file) throws InterruptedException {
    ByteBuffer numbered = ByteBuffer.allocate(file.length + Integer.BYTES);
    numbered.put(file).putInt(++sent).flip();
    try {
      return publisher
          .publish(NewPair.of(numbered, "A picture of a place", "en", SourceKind.CROWDSOURCED))
          .get()
          .id();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a pair is not published", e.getCause());
    }
  }

  private static void print(String name, List<Double> seconds) {
    List<Double> sorted = seconds.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%-20s %d: median %.2f s, 95th percentile %.2f s, most %.2f s%n",
        name,
        sorted.size(),
        sorted.get(sorted.size() / 2),
        sorted.get((int) Math.ceil(0.95 * sorted.size()) - 1),
        sorted.get(sorted.size() - 1));
  }

  @Override
  public void close() {
    publisher.close();
    outputs.close();
  }
}
