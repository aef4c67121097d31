package io.pairstream.ingest.api;

import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.keys.Rates;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.testing.TestDataset;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.header.Header;

/**
 * A data set with the ingest API's topics and schemas on a real broker, and a reader that is not
 * ours.
 */
public final class IngestCluster {

  static final Rates QUOTA = new Rates(1_000, 64.0 * 1024 * 1024);

  private static final int PARTITIONS = 3;

  private final Cluster cluster;
  private final PairTopics topics;

  /** Makes a data set that no other test uses. */
  public IngestCluster(String bootstrapServers) {
    Dataset dataset = new Dataset("d" + UUID.randomUUID().toString().substring(0, 8));
    this.cluster = cluster(bootstrapServers, dataset);
    this.topics = PairTopics.of(dataset, cluster.registry());
    createTopics();
  }

  /** The cluster of a data set, whose broker is waited for. */
  static Cluster cluster(String bootstrapServers, Dataset dataset) {
    return new Cluster(
        bootstrapServers, "mock://" + dataset.name(), dataset, LongTimeouts.TIMEOUT, Map.of());
  }

  /** The only instance, reached as it listens, by http. */
  static IngestService.Settings settings(ServerSettings server, boolean anonymous, Path state) {
    return new IngestService.Settings(server, anonymous, false, state, QUOTA, 1);
  }

  /** Makes the topics that the service reads and writes. */
  private void createTopics() {
    dataset()
        .createTopics(
            PARTITIONS,
            TopicCatalogue.CROWDSOURCED,
            TopicCatalogue.LINKS,
            TopicCatalogue.UPLOADS,
            TopicCatalogue.RECEIPTS,
            TopicCatalogue.API_KEYS,
            TopicCatalogue.INSTANCES);
  }

  private TestDataset dataset() {
    return TestDataset.of(cluster.dataset(), cluster.registry(), cluster.clientSettings(Map.of()));
  }

  public Cluster cluster() {
    return cluster;
  }

  public PairTopics topics() {
    return topics;
  }

  /** Starts a service for callers without a key, and returns once it is ready. */
  public IngestService serve(Path stateDirectory) throws Exception {
    IngestService service =
        new IngestService(cluster, settings(LongTimeoutServer.settings(), true, stateDirectory));
    service.start();
    URI ready = URI.create("http://127.0.0.1:" + service.port() + "/health/ready");
    HttpRequest request = HttpRequest.newBuilder(ready).build();
    HttpClient client = HttpClient.newHttpClient();
    Await.until(() -> client.send(request, BodyHandlers.discarding()).statusCode() == 200);
    return service;
  }

  /** Writes the receipt of a pair. */
  public void judge(String pairId, String status) {
    Receipt receipt = Receipt.newBuilder().setPairId(pairId).setStatus(status).build();
    dataset().send(TestDataset.record(topics.receipts(), null, pairId, receipt));
  }

  /** A record as it was read. */
  public record Read<T>(String key, T value, int partition, long offset, List<String> headers) {}

  /** All records of a topic, from its start to its end now. */
  public <T> List<Read<T>> read(Topic<T> topic) {
    return dataset().committed(topic.name()).stream()
        .map(
            record ->
                new Read<>(
                    new String(record.key(), StandardCharsets.UTF_8),
                    topic.read(record.value()),
                    record.partition(),
                    record.offset(),
                    Arrays.stream(record.headers().toArray()).map(Header::key).toList()))
        .toList();
  }
}
