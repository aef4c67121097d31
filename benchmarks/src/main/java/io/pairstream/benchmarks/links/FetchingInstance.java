package io.pairstream.benchmarks.links;

import io.pairstream.ingest.fetch.queue.FetchService;
import io.pairstream.ingest.fetch.queue.QueueSettings;
import io.pairstream.ingest.fetch.queue.RetryPlan;
import io.pairstream.ingest.fetch.web.AddressBlock;
import io.pairstream.ingest.fetch.web.FetchRequest;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.ingest.fetch.web.FetchSettings;
import io.pairstream.ingest.fetch.web.Politeness;
import io.pairstream.ingest.fetch.web.UserAgent;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A process that fetches, until it is killed: as the product does, or as a member of a share group.
 * Both with the same client for HTTP and the same outputs.
 *
 * <p>Arguments: {@code partitions} or {@code shared}, brokers, registry, data set.
 */
public final class FetchingInstance {

  /** Records that a member of the share group holds at a time. */
  private static final int HELD = 500;

  private FetchingInstance() {}

  public static void main(String[] arguments) throws InterruptedException {
    AvroSafety.install();
    Cluster cluster =
        new Cluster(arguments[1], arguments[2], new Dataset(arguments[3]), Map.of(), Map.of());
    WebFetcher fetcher =
        WebFetcher.open(
            FetchSettings.of(new UserAgent("0", ""))
                .allowing(List.of(AddressBlock.parse("127.0.0.0/8")))
                .with(new Politeness(2, 1000, Duration.ofMillis(10), Duration.ofSeconds(10), true)),
            Clock.systemUTC());
    if (arguments[0].equals("partitions")) {
      // A failure is tried again as soon as a member of the share group does.
      RetryPlan soon =
          new RetryPlan(5, Duration.ofMillis(100), Duration.ofDays(1), Duration.ofDays(7));
      QueueSettings usual = QueueSettings.of(cluster);
      FetchService service =
          new FetchService(
              new QueueSettings(cluster, usual.underWay(), usual.underWayPerHost(), soon),
              fetcher,
              Clock.systemUTC());
      service.awaitEnd().ifPresent(Throwable::printStackTrace);
    } else {
      share(cluster, fetcher);
    }
  }

  private record Place(int partition, long offset) {}

  private static void share(Cluster cluster, WebFetcher fetcher) throws InterruptedException {
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    Map<String, Object> consumerSettings =
        cluster.clientSettings(
            Map.of(
                "group.id",
                cluster.dataset().fetchGroup(),
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                HELD));
    Map<String, Object> producerSettings =
        cluster.clientSettings(
            Map.of("linger.ms", 5, "max.request.size", RecordSizes.MAX_RECORD, "acks", "all"));
    Map<Place, CompletableFuture<FetchResult>> underWay = new HashMap<>();
    try (KafkaShareConsumer<byte[], byte[]> consumer =
            new KafkaShareConsumer<>(
                consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                producerSettings, new ByteArraySerializer(), new ByteArraySerializer())) {
      consumer.subscribe(List.of(topics.links().name()));
      while (true) {
        List<ConsumerRecord<byte[], byte[]>> held = new ArrayList<>();
        consumer.poll(Duration.ofMillis(100)).forEach(held::add);
        for (ConsumerRecord<byte[], byte[]> record : held) {
          underWay.computeIfAbsent(
              place(record),
              unused -> fetcher.fetch(new FetchRequest(link(topics, record).getUrl(), "")));
        }
        awaitAny(underWay.values());
        List<ConsumerRecord<byte[], byte[]>> done = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : held) {
          CompletableFuture<FetchResult> fetch = underWay.get(place(record));
          if (!fetch.isDone()) {
            consumer.acknowledge(record, AcknowledgeType.RENEW);
          } else if (fetch.join() instanceof Fetched fetched) {
            send(producer, topics, record, fetched);
            done.add(record);
          } else {
            underWay.remove(place(record));
            consumer.acknowledge(record, AcknowledgeType.RELEASE);
          }
        }
        producer.flush();
        for (ConsumerRecord<byte[], byte[]> record : done) {
          underWay.remove(place(record));
          consumer.acknowledge(record, AcknowledgeType.ACCEPT);
        }
        consumer.commitAsync();
      }
    }
  }

  private static Place place(ConsumerRecord<byte[], byte[]> record) {
    return new Place(record.partition(), record.offset());
  }

  private static PairLink link(PairTopics topics, ConsumerRecord<byte[], byte[]> record) {
    return topics.links().value().deserializer().deserialize(record.topic(), record.value());
  }

  private static void awaitAny(Iterable<CompletableFuture<FetchResult>> fetches)
      throws InterruptedException {
    List<CompletableFuture<FetchResult>> all = new ArrayList<>();
    fetches.forEach(all::add);
    if (all.isEmpty()) {
      return;
    }
    try {
      var unused =
          CompletableFuture.anyOf(all.toArray(CompletableFuture[]::new))
              .get(100, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return; // looked at again
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      PairTopics topics,
      ConsumerRecord<byte[], byte[]> record,
      Fetched fetched) {
    PairLink link = link(topics, record);
    Origin origin = new Origin(record.topic(), record.partition(), record.offset());
    RawPair pair =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(fetched.image().bytes()))
            .setCaption(link.getCaption())
            .setUrl(link.getUrl())
            .build();
    ProducerRecord<byte[], byte[]> raw =
        new ProducerRecord<>(
            topics.scraped().name(),
            fetched.imageDigest().getBytes(StandardCharsets.UTF_8),
            topics.scraped().value().serializer().serialize(topics.scraped().name(), pair));
    LinkHeaders.writeLink(raw.headers(), origin);
    Upload upload =
        Upload.newBuilder().setId(fetched.imageDigest()).setKind("LINK").setOrigin(origin).build();
    var unusedPair = producer.send(raw);
    var unusedUpload =
        producer.send(
            new ProducerRecord<>(
                topics.uploads().name(),
                fetched.imageDigest().getBytes(StandardCharsets.UTF_8),
                topics.uploads().value().serializer().serialize(topics.uploads().name(), upload)));
  }
}
