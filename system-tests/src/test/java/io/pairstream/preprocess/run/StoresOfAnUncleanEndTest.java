package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Stores that were not closed in order, and their restoration. */
@Timeout(900)
class StoresOfAnUncleanEndTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  /**
   * A store whose changelog is a topic of the data set, which takes records before the graph
   * begins.
   */
  private static final String STORE = TopicCatalogue.RECEIPTS_STORE;

  private static final String FATAL = "fatal";
  private static final List<String> COMMITTED =
      IntStream.range(0, 50).mapToObj(number -> "pair-" + number).toList();

  @TempDir private Path folder;

  private final TestDataset dataset = KAFKA.datasetOfAllTopics(1);
  private final String input = dataset.topics().links().name();
  private Properties settings;

  @BeforeEach
  void configure() {
    settings = new Properties();
    settings.putAll(
        new PreprocessSettings(
                new Cluster(
                    dataset.bootstrapServers(),
                    "",
                    dataset.dataset(),
                    TestDataset.SETTINGS,
                    Map.of()),
                "dalle",
                folder,
                1,
                WorkerSettings.of("classes", 1))
            .streamsSettings());
  }

  @Test
  void haveWhatWasCommittedAndNothingElseWithoutBeingRestored() {
    send(COMMITTED);
    try (KafkaStreams first = streams(new CompletableFuture<>(), true)) {
      first.setUncaughtExceptionHandler(fault -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
      first.start();
      Await.until("all is committed", () -> committed() == COMMITTED.size(), first::state);
      send(List.of(FATAL));
      Await.until("it ended", () -> first.state() == KafkaStreams.State.ERROR, first::state);
    }

    CompletableFuture<List<String>> found = new CompletableFuture<>();
    AtomicLong restored = new AtomicLong();
    try (KafkaStreams second = streams(found, false)) {
      second.setGlobalStateRestoreListener(new Counting(restored));
      second.start();
      Await.until("it goes on", found::isDone, second::state);
    }

    assertThat(found.join()).containsExactlyInAnyOrderElementsOf(COMMITTED);
    assertThat(restored).hasValueLessThan(COMMITTED.size());
  }

  private void send(List<String> keys) {
    try (KafkaProducer<byte[], byte[]> producer = dataset.producer("")) {
      for (String key : keys) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        var unused =
            TestDataset.acknowledged(producer.send(new ProducerRecord<>(input, 0, bytes, bytes)));
      }
    }
  }

  private long committed() {
    try (Admin admin = dataset.admin()) {
      var offset =
          KafkaAnswers.await(
                  admin
                      .listConsumerGroupOffsets(dataset.dataset().preprocessGroup())
                      .partitionsToOffsetAndMetadata())
              .get(new TopicPartition(input, 0));
      return offset == null ? 0 : offset.offset();
    }
  }

  /**
   * Keeps each key, and ends after it has kept {@link #FATAL}, if asked to.
   *
   * @param found what the store has before {@link #FATAL} is kept
   */
  private KafkaStreams streams(CompletableFuture<List<String>> found, boolean ends) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
            .withCachingDisabled());
    builder.stream(input, Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .process(() -> new Keeps(found, ends), STORE);
    return new KafkaStreams(builder.build(), settings);
  }

  private static final class Keeps extends ContextualProcessor<String, byte[], Void, Void> {

    private final CompletableFuture<List<String>> found;
    private final boolean ends;
    private KeyValueStore<String, byte[]> store;

    Keeps(CompletableFuture<List<String>> found, boolean ends) {
      this.found = found;
      this.ends = ends;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      super.init(context);
      store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
      if (record.key().equals(FATAL)) {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
          all.forEachRemaining(entry -> keys.add(entry.key));
        }
        found.complete(keys);
      }
      store.put(record.key(), record.value());
      if (ends && record.key().equals(FATAL)) {
        throw new IllegalStateException("ends while it writes");
      }
    }
  }

  private record Counting(AtomicLong restored) implements StateRestoreListener {

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long first, long end) {}

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long end, long records) {}

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long records) {
      restored.addAndGet(records);
    }
  }
}
