package io.pairstream.preprocess.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Stores that were not closed in order, and their restoration. */
@Timeout(900)
class StoresOfAnUncleanEndTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  /** A store whose changelog is a topic of the data set, which takes records beforehand. */
  private static final String STORE = TopicCatalogue.RECEIPTS_STORE;

  private static final String FATAL = "fatal";
  private static final int COMMITTED = 50;

  @TempDir private Path folder;
  private final TestDataset dataset = KAFKA.datasetOfAllTopics(1);
  private final String input = dataset.topics().links().name();
  private final AtomicLong restored = new AtomicLong();

  /** A record kept in the transaction that never ended would be counted twice. */
  @Test
  void haveWhatWasCommittedAndNothingElseWithoutBeingRestored() {
    try (KafkaStreams first = streams(true)) {
      first.setUncaughtExceptionHandler(fault -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
      first.start();
      send(IntStream.range(0, COMMITTED).mapToObj(number -> "pair-" + number).toList());
      Await.until("all is committed", () -> committed() == COMMITTED, first::state);
      send(List.of(FATAL));
      Await.until("it ended", () -> first.state() == KafkaStreams.State.ERROR, first::state);
    }
    restored.set(0);

    try (KafkaStreams second = streams(false)) {
      second.start();
      Await.until("it goes on", () -> committed() == COMMITTED + 1, second::state);

      assertThat(counts(second)).hasSize(COMMITTED + 1).containsOnly(1L);
    }
    assertThat(restored).hasValueLessThan(COMMITTED);
  }

  private void send(List<String> keys) {
    try (KafkaProducer<byte[], byte[]> producer = dataset.producer("")) {
      for (String key : keys) {
        TestDataset.acknowledged(
            producer.send(
                new ProducerRecord<>(input, 0, key.getBytes(UTF_8), key.getBytes(UTF_8))));
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

  /** Counts each key, and ends after it has counted {@link #FATAL}, if asked to. */
  private KafkaStreams streams(boolean ends) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(input, Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .groupByKey()
        .count(
            Materialized.<String, Long>as(Stores.persistentTimestampedKeyValueStore(STORE))
                .withCachingDisabled())
        .toStream()
        .foreach(
            (key, count) -> {
              if (ends && key.equals(FATAL)) {
                throw new IllegalStateException("ends while it writes");
              }
            });
    Properties settings = new Properties();
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
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.setGlobalStateRestoreListener(new Counting(restored));
    return streams;
  }

  private static List<Long> counts(KafkaStreams streams) {
    List<Long> counts = new ArrayList<>();
    try (KeyValueIterator<String, Long> all =
        streams
            .store(
                StoreQueryParameters.fromNameAndType(
                    STORE, QueryableStoreTypes.<String, Long>keyValueStore()))
            .all()) {
      all.forEachRemaining((KeyValue<String, Long> entry) -> counts.add(entry.value));
    }
    return counts;
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
