package io.pairstream.benchmarks;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.logs.Logs;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * A platform, and raw topics of it and of other programs, for {@code line.py}, which measures.
 *
 * <p>A record of another program's raw topic is the caption's length in bytes as an int, the
 * caption in UTF-8, the picture; its output is the number of tokens as an int, each token as one, a
 * JPEG.
 */
final class WholeLine {

  private static final String OURS = "whole_line";

  private final Cluster cluster;
  private final RepeatedPairs pairs;
  private final int partitions;
  private final Admin admin;
  private final PairPublisher ours;
  private final KafkaProducer<byte[], byte[]> others;
  private final Map<String, Long> published = new HashMap<>();

  private WholeLine(Cluster cluster, RepeatedPairs pairs, int partitions) {
    this.cluster = cluster;
    this.pairs = pairs;
    this.partitions = partitions;
    Map<String, Object> kafka = cluster.clientSettings(Map.of());
    admin = AdminClients.create(kafka);
    PairTopics topics = PairTopics.of(cluster.dataset(), cluster.registry());
    ours = PairPublisher.open(topics.crowdsourced(), kafka, Clock.systemUTC());
    others =
        new KafkaProducer<>(
            cluster.clientSettings(Map.of("max.request.size", RecordSizes.MAX_RECORD)),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Arguments: pairs as import reads them, captions of each picture, recipe, partitions, names of
   * other programs with commas between; then those of the preprocessing service, without which all
   * that {@code up} runs is started.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Logs.install("benchmark");
    AvroSafety.install();
    RepeatedPairs pairs = RepeatedPairs.read(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    int partitions = Integer.parseInt(arguments[3]);
    Path folder = Files.createTempDirectory("pairstream-benchmark");
    try (WholePlatform platform =
        WholePlatform.start(
            folder, new Dataset(Dataset.DEFAULT_NAME), partitions, Map.of(), event -> {})) {
      // Members are not given up while they stand still, which is others' turn.
      Path config = platform.processes().dataDirectory().resolve("line.properties");
      Files.writeString(config, "kafka.main.consumer.session.timeout.ms=1200000");
      List<String> more = new ArrayList<>(List.of("--config", config.toString()));
      more.addAll(List.of(arguments).subList(5, arguments.length));
      if (arguments.length > 5) {
        platform.startPreprocessing(arguments[2], more);
      } else {
        platform.startServices(arguments[2], more);
      }
      WholeLine line = new WholeLine(platform.cluster(), pairs, partitions);
      for (String name : arguments[4].isEmpty() ? new String[0] : arguments[4].split(",")) {
        line.makeTopics(name);
      }
      String pids =
          platform.processes().pids().entrySet().stream()
              .map(child -> "\"%s\": %d".formatted(child.getKey(), child.getValue()))
              .collect(Collectors.joining(", "));
      Driven.serve(
          "\"servers\": \"%s\", \"data_dir\": \"%s\", \"corpus_pairs\": %d, \"mean_image_kb\": %s, \"pids\": {%s}"
              .formatted(
                  platform.cluster().bootstrapServers(),
                  platform.processes().dataDirectory(),
                  pairs.pairs().size(),
                  pairs.meanImageKilobytes(),
                  pids),
          line::answer);
    } finally {
      Utils.delete(folder.toFile());
    }
    System.exit(0);
  }

  private void makeTopics(String name) {
    Map<String, String> large = Map.of("max.message.bytes", "" + RecordSizes.MAX_RECORD);
    List<NewTopic> topics =
        Stream.of(name + "-raw", name + "-out")
            .map(topic -> new NewTopic(topic, partitions, (short) 1).configs(large))
            .toList();
    KafkaAnswers.await(admin.createTopics(topics).all());
  }

  private String answer(String[] words) {
    return switch (words[0]) {
      case "publish" -> publish(words[1], Long.parseLong(words[2])) + " 0";
      case "committed" -> committed(words[1]) + " 0";
      case "outputs" -> outputs(words[1]);
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private long publish(String name, long count) {
    long begin = published.getOrDefault(name, 0L);
    for (long index = begin; index < begin + count; index++) {
      RawPair pair = pairs.at(index);
      if (name.equals(OURS)) {
        var unused = ours.publish(pair);
      } else {
        byte[] key = Long.toString(index).getBytes(StandardCharsets.US_ASCII);
        int partition = (int) (index % partitions);
        var unused = others.send(new ProducerRecord<>(name + "-raw", partition, key, plain(pair)));
      }
    }
    ours.flush();
    others.flush();
    published.put(name, begin + count);
    return count;
  }

  private static byte[] plain(RawPair pair) {
    byte[] caption = pair.getCaption().getBytes(StandardCharsets.UTF_8);
    ByteBuffer image = pair.getImage().duplicate();
    ByteBuffer record = ByteBuffer.allocate(Integer.BYTES + caption.length + image.remaining());
    return record.putInt(caption.length).put(caption).put(image).array();
  }

  /** Pairs done, by the group's offsets, which move in the transactions of the outputs. */
  private long committed(String name) {
    boolean isOurs = name.equals(OURS);
    String topic = isOurs ? ours.topic() : name + "-raw";
    String group = isOurs ? cluster.dataset().preprocessGroup() : name;
    return KafkaAnswers.await(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group))
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null)
        .mapToLong(entry -> entry.getValue().offset())
        .sum();
  }

  /** Outputs that another program has committed, and those of them without a picture. */
  private String outputs(String name) {
    Map<String, Object> settings =
        cluster.clientSettings(
            Map.of(
                "isolation.level",
                "read_committed",
                "max.partition.fetch.bytes",
                RecordSizes.MAX_RECORD));
    List<TopicPartition> all =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(name + "-out", partition))
            .toList();
    long count = 0;
    long empty = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
          ByteBuffer output = ByteBuffer.wrap(each.value());
          count++;
          empty += output.getInt() * Integer.BYTES == output.remaining() ? 1 : 0;
        }
      }
    }
    return count + " " + empty;
  }
}
