package io.pairstream.benchmarks;

import io.pairstream.cleaning.Sha256;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Price of a SIGKILL for preprocessing with so many receipts in its store: records restored, time
 * until each partition has outputs again, and room on the disk; with Kafka Streams' transactional
 * stores, and without. Arguments: receipts, rounds.
 */
public final class Restores {

  private static final int PARTITIONS = 4;
  private static final Pattern RESTORED =
      Pattern.compile("Finished restoring changelog .* total number of (\\d+) records");

  private final WholePlatform platform;
  private final Cluster cluster;
  private final PairTopics topics;
  private final Admin admin;
  private final Path state;
  private int asked;

  private Restores(WholePlatform platform) {
    this.platform = platform;
    cluster = platform.cluster();
    topics = PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry()));
    admin = AdminClients.create(cluster.clientSettings(Map.of()));
    state = platform.processes().dataDirectory().resolve("bench-state");
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 2 || !String.join("", arguments).matches("[0-9]+")) {
      System.err.println("how many receipts, and how many rounds? 1000000 3");
      System.exit(2);
    }
    Path folder = Files.createTempDirectory("pairstream-benchmark");
    try (WholePlatform platform =
        WholePlatform.start(
            folder, new Dataset(Dataset.DEFAULT_NAME), PARTITIONS, Map.of(), event -> {})) {
      Restores restores = new Restores(platform);
      restores.start(true); // makes the changelog
      platform.stopPreprocessing();
      restores.fill(Integer.parseInt(arguments[0]));
      for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
        restores.kill(true);
        restores.kill(false);
      }
    } finally {
      Utils.delete(folder.toFile());
    }
  }

  private void start(boolean transactional) throws IOException {
    Path config =
        Files.writeString(
            platform.processes().dataDirectory().resolve("bench.properties"),
            "kafka.enable.transactional.statestores=" + transactional);
    platform.startPreprocessing(
        "dalle",
        List.of("--config", config.toString(), "--state-dir", state.toString(), "--workers", "1"),
        List.of("-Dpairstream.log.others=info"));
  }

  private void fill(int receipts) {
    String changelog =
        cluster.dataset().preprocessGroup() + "-" + TopicCatalogue.RECEIPTS_STORE + "-changelog";
    try (Producer<String, Receipt> producer =
        new KafkaProducer<>(
            cluster.clientSettings(Map.of("linger.ms", 50, "batch.size", 256 * 1024)),
            topics.receipts().key().serializer(),
            topics.receipts().value().serializer())) {
      for (int i = 0; i < receipts; i++) {
        String id = HexFormat.of().formatHex(Sha256.of("pair " + i));
        Receipt receipt =
            Receipt.newBuilder()
                .setPairId(id)
                .setImageDigest(id)
                .setStatus("TRAINING")
                .setOrigin(new Origin(topics.crowdsourced().name(), i % PARTITIONS, (long) i))
                .build();
        var unused = producer.send(new ProducerRecord<>(changelog, i % PARTITIONS, id, receipt));
      }
    }
  }

  private void kill(boolean transactional) throws IOException, InterruptedException {
    Utils.delete(state.toFile()); // what a clean end left outlives a kill until more is written
    System.out.printf("transactional %s:%n", transactional);
    report("start", () -> start(transactional));
    report("after SIGKILL", this::signalKill);
    platform.stopPreprocessing();
  }

  private interface Begin {
    void begin() throws IOException, InterruptedException;
  }

  private void report(String what, Begin begin) throws IOException, InterruptedException {
    if (Files.exists(log())) {
      Files.writeString(log(), "");
    }
    long begun = System.nanoTime();
    begin.begin();
    awaitOutputs();
    System.out.printf(
        "  %s: %,d records restored, outputs after %.1f s, %,d MB on disk%n",
        what, restored(), (System.nanoTime() - begun) / 1e9, bytes() >> 20);
  }

  private Path log() {
    return platform.processes().dataDirectory().resolve("logs").resolve("preprocess.log");
  }

  private long restored() throws IOException {
    try (Stream<String> lines = Files.lines(log())) {
      return lines
          .map(RESTORED::matcher)
          .filter(Matcher::find)
          .mapToLong(found -> Long.parseLong(found.group(1)))
          .sum();
    }
  }

  private void signalKill() throws IOException, InterruptedException {
    String pid = Long.toString(platform.processes().pids().get("preprocess"));
    var unused = new ProcessBuilder("kill", "-KILL", pid).inheritIO().start().waitFor();
  }

  /** Sends a record to each partition, and waits until all are decided. */
  private void awaitOutputs() throws InterruptedException {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            cluster.clientSettings(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    topics.crowdsourced().name(), partition, null, new byte[] {1, 2, 3}));
      }
    }
    asked += PARTITIONS;
    while (decided() < asked) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private long decided() {
    return KafkaAnswers.await(
            admin
                .listConsumerGroupOffsets(cluster.dataset().preprocessGroup())
                .partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals(topics.crowdsourced().name()))
        .mapToLong(entry -> entry.getValue().offset())
        .sum();
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.walk(state)) {
      return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
    }
  }
}
