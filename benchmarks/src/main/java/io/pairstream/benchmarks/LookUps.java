package io.pairstream.benchmarks;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.image.HammingIndex;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * Look-ups of near copies per second, of evenly spread hashes: of the index alone, and through
 * Kafka where all are kept. Arguments: how many hashes; {@code alone} leaves Kafka out.
 */
public final class LookUps {

  private static final int MAX_DISTANCE_BITS = 4;
  private static final int LOOKED_UP = 20_000;

  private LookUps() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0 || !arguments[0].matches("[1-9][0-9]{0,8}")) {
      System.err.println(
          "how many hashes, from 1 to 999999999? A second argument, alone, leaves Kafka out.");
      System.exit(2);
    }
    int pictures = Integer.parseInt(arguments[0]);
    alone(pictures);
    if (arguments.length == 1) {
      throughKafka(pictures);
    }
  }

  private static void alone(int pictures) {
    Random random = new Random(1);
    long before = used();
    HammingIndex index = new HammingIndex(MAX_DISTANCE_BITS);
    random.longs(2L * pictures).forEach(index::add); // upright and mirrored
    long bytes = used() - before;
    long begun = System.nanoTime();
    long found = random.longs(2L * LOOKED_UP).map(hash -> index.within(hash).count()).sum();
    System.out.printf(
        "index of %,d: %.1f bytes each; %,.0f look-ups per second, %d found%n",
        pictures, (double) bytes / pictures, LOOKED_UP / seconds(begun), found);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static double seconds(long begunNanos) {
    return (System.nanoTime() - begunNanos) / 1e9;
  }

  private static void throughKafka(int pictures)
      throws IOException, ExecutionException, InterruptedException {
    Path folder = Files.createTempDirectory("pairstream-benchmark");
    Path recipe = Files.writeString(folder.resolve("r.yaml"), "near-copies: {policy: keep-first}");
    try (WholePlatform platform =
        WholePlatform.start(folder, new Dataset(Dataset.DEFAULT_NAME), 4, Map.of(), event -> {})) {
      Cluster cluster = platform.cluster();
      PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
      platform.startPreprocessing(recipe.toString(), List.of(), List.of("-Xmx6g"));
      try (Producer<String, Fingerprint> producer =
              new KafkaProducer<>(
                  cluster.clientSettings(Map.of("linger.ms", 50, "batch.size", 256 * 1024)),
                  topics.fingerprints().key().serializer(),
                  topics.fingerprints().value().serializer());
          Admin admin = AdminClients.create(cluster.clientSettings(Map.of()))) {
        Random random = new Random(1);
        long begun = System.nanoTime();
        for (int i = 0; i < pictures; i++) {
          var unused =
              producer.send(
                  new ProducerRecord<>(
                      topics.fingerprints().name(),
                      HexFormat.of().formatHex(Sha256.of("picture " + i)),
                      new Fingerprint(
                          random.nextLong(), random.nextLong(), "TRAINING", "", 0L, false)));
        }
        producer.flush();
        double sent = seconds(begun);
        while (committed(admin, cluster.dataset().lookUpGroup()) < pictures) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        System.out.printf(
            "through Kafka: %,.0f per second (sent in %.1f s)%n", pictures / seconds(begun), sent);
      }
      platform.stopPreprocessing();
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .filter(Files::isDirectory)
            .filter(
                it ->
                    it.toString()
                        .matches(".*(pairs.fingerprints-0|pictures-changelog-0|/pictures)"))
            .forEach(
                it ->
                    System.out.printf(
                        "%s: %.0f bytes each%n", it.getFileName(), (double) bytes(it) / pictures));
      }
    } finally {
      Utils.delete(folder.toFile());
    }
  }

  private static long bytes(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      // An index of a segment has room for more; what it takes is what is written.
      return files
          .filter(it -> !it.toString().endsWith("index"))
          .mapToLong(it -> it.toFile().isFile() ? it.toFile().length() : 0)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long committed(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .values()
        .stream()
        .mapToLong(OffsetAndMetadata::offset)
        .sum();
  }
}
