package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka Streams itself, with Kafka's own clients, under brokers that are away for longer than its
 * producer waits: its thread ends.
 */
@Tag("full")
@Timeout(1800)
class OutwaitedBrokersTest {

  private static final String INPUT = "in";
  private static final String OUTPUT = "out";
  private static final List<String> ALL = IntStream.range(0, 20).mapToObj(String::valueOf).toList();

  /** In whose transaction the broker goes away. */
  private static final String LAST_BEFORE = "9";

  @TempDir private Path folder;

  private final CountDownLatch inHand = new CountDownLatch(1);
  private final CountDownLatch away = new CountDownLatch(1);
  private final List<Throwable> ended = new CopyOnWriteArrayList<>();

  @Test
  void aThreadThatOutwaitsTheBrokersEndsAndAnotherLosesNothing() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("broker"))) {
      createTopics(kafka);
      send(kafka, ALL.subList(0, 10));

      try (KafkaStreams streams = streams(kafka)) {
        streams.start();
        inHand.await();
        kafka.stop();
        away.countDown();
        Await.until("a thread has ended", () -> !ended.isEmpty(), streams::state);
        kafka.restart();
        send(kafka, ALL.subList(10, 20));
        Await.until("all is out", () -> out(kafka).size() >= ALL.size(), () -> out(kafka));
      }

      assertThat(out(kafka)).containsExactlyElementsOf(ALL);
    }
  }

  private KafkaStreams streams(EmbeddedKafka kafka) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(INPUT, Consumed.with(Serdes.String(), Serdes.String()))
        .peek((key, value) -> waitForTheOutage(value))
        .to(OUTPUT, Produced.with(Serdes.String(), Serdes.String()));
    Properties settings = new Properties();
    settings.putAll(kafka.clientSettings());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "outwaited");
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    settings.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, Long.MAX_VALUE);
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    settings.put(StreamsConfig.producerPrefix("max.block.ms"), "10000");
    settings.put(StreamsConfig.producerPrefix("request.timeout.ms"), "5000");
    settings.put(StreamsConfig.producerPrefix("delivery.timeout.ms"), "10000");
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.setUncaughtExceptionHandler(
        thrown -> {
          ended.add(thrown);
          return BrokerOutage.isBehind(thrown)
              ? StreamThreadExceptionResponse.REPLACE_THREAD
              : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    return streams;
  }

  private void waitForTheOutage(String value) {
    if (value.equals(LAST_BEFORE)) {
      inHand.countDown();
      try {
        away.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void createTopics(EmbeddedKafka kafka) throws Exception {
    try (Admin admin = Admin.create(Map.copyOf(kafka.clientSettings()))) {
      admin
          .createTopics(
              List.of(new NewTopic(INPUT, 1, (short) 1), new NewTopic(OUTPUT, 1, (short) 1)))
          .all()
          .get();
    }
  }

  private static void send(EmbeddedKafka kafka, List<String> values) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.copyOf(kafka.clientSettings()), new StringSerializer(), new StringSerializer())) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(INPUT, 0, null, value)).get();
      }
    }
  }

  private static List<String> out(EmbeddedKafka kafka) {
    List<String> values = new ArrayList<>();
    Map<String, Object> settings = new HashMap<>(kafka.clientSettings());
    settings.put("isolation.level", "read_committed");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(OUTPUT, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }
}
