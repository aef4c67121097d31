package io.pairstream.platform;

import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One large record and one schema, to be put into a platform and looked for later. */
final class StoredPair {

  private static final TopicPartition PARTITION = new TopicPartition("pairs.test", 0);

  private static final String SCHEMA = "{\"schema\": \"\\\"string\\\"\"}";

  /** As large as a raw record may be. */
  private static final int BYTES = 9 << 20;

  private static final Duration TIMEOUT = Duration.ofMinutes(4);

  private final String bootstrapServers;
  private final String schemaRegistry;
  private final Path credentialFile;

  StoredPair(LocalPlatform platform) {
    bootstrapServers = platform.bootstrapServers();
    schemaRegistry = platform.schemaRegistryUrl();
    credentialFile = platform.credentialFile();
  }

  void put() throws Exception {
    Map<String, Object> client = Map.of("bootstrap.servers", bootstrapServers);
    try (Admin admin = Admin.create(client)) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
          .all()
          .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      Await.until("topic is there", () -> isThere(admin));
    }

    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "acks",
            "all",
            "max.request.size",
            10 << 20,
            "transactional.id",
            "test");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer
          .send(new ProducerRecord<>(PARTITION.topic(), new byte[BYTES]))
          .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      producer.commitTransaction();
    }

    HttpResponse<String> registered =
        send(
            HttpRequest.newBuilder(
                    URI.create(schemaRegistry + "/subjects/pairs.test-value/versions"))
                .header("Content-Type", "application/json")
                .header(
                    "Authorization",
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(
                                Files.readString(credentialFile)
                                    .strip()
                                    .getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofString(SCHEMA)));
    if (registered.statusCode() != 200) {
      throw new AssertionError(registered.statusCode() + " " + registered.body());
    }
  }

  /** How many committed bytes the topic holds. */
  int recordBytes() {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "isolation.level",
            "read_committed",
            "auto.offset.reset",
            "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(PARTITION));
      int bytes = 0;
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (bytes == 0 && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
          bytes += message.value().length;
        }
      }
      return bytes;
    }
  }

  int expectedRecordBytes() {
    return BYTES;
  }

  /** The registered schema's text, or the registry's complaint. */
  String schema() throws Exception {
    return send(HttpRequest.newBuilder(
            URI.create(schemaRegistry + "/subjects/pairs.test-value/versions/1/schema")))
        .body();
  }

  private static boolean isThere(Admin admin) throws InterruptedException {
    try {
      admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).all().get(5, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
  }
}
