package io.pairstream.preprocess.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step of a commit that is not answered in time, with records in hand behind it. */
@Tag("full")
@Timeout(1800)
class CorruptedTasksTest {

  /**
   * Requests that are not answered in time. The producer goes on with one by itself, so that it is
   * done, or answered, when it is asked for again. Where it still is not, the thread ends, which is
   * another story: {@code BrokerOutageTest}.
   */
  private enum Unanswered {
    OFFSETS("sendOffsetsToTransaction", true),
    COMMIT("commitTransaction", true),
    COMMIT_NOT_DONE("commitTransaction", false);

    private final String method;
    private final boolean isDone;

    Unanswered(String method, boolean isDone) {
      this.method = method;
      this.isDone = isDone;
    }
  }

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  /** No commit is due by itself before the test is over. */
  private static final Duration COMMIT_INTERVAL = Await.LIMIT.plusMinutes(1);

  private static final int RECORDS = 60;

  /** So many at a time are committed; the others of a poll are in hand meanwhile. */
  private static final int COMMIT_EVERY = 10;

  private static final List<String> ALL =
      IntStream.range(0, RECORDS).mapToObj(String::valueOf).toList();

  @TempDir private Path folder;

  private final ClusterAccess cluster = CLUSTER.datasetOfAllTopics(1);
  private final String input = cluster.topics().crowdsourced().name();
  private final String output = cluster.topics().quarantine().name();

  /** Steps that were not answered. */
  private final AtomicInteger late = new AtomicInteger();

  private final AtomicInteger producers = new AtomicInteger();

  private WriterSchemas schemas;

  @BeforeEach
  void openSchemas() {
    schemas = new WriterSchemas(cluster.topics().crowdsourced());
  }

  @AfterEach
  void closeSchemas() {
    schemas.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordIsProcessedOnceThoughACommitIsNotAnswered(Unanswered step) {
    send();

    try (KafkaStreams streams = streams(step)) {
      streams.start();
      Await.until("all is out", () -> out().size() >= RECORDS, this::out);
    }

    requireOnce();
  }

  private void send() {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "")) {
      for (int i = 0; i < RECORDS; i++) {
        TestCluster.acknowledged(producer.send(new ProducerRecord<>(input, 0, null, bytes(i))));
      }
    }
  }

  private void requireOnce() {
    assertThat(late).hasValue(1);
    assertThat(producers.get()).as("the thread began anew").isGreaterThan(1);
    assertThat(out()).containsExactlyInAnyOrderElementsOf(ALL);
  }

  /** Processes with clients of which one step of a commit is not answered. */
  private KafkaStreams streams(Unanswered step) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(input, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .process(() -> new CommitsOften())
        .to(output, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    Properties settings = new Properties();
    settings.putAll(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, cluster.dataset().preprocessGroup());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL.toMillis());
    settings.put(
        StreamsConfig.producerPrefix("transaction.timeout.ms"),
        (int) COMMIT_INTERVAL.plusMinutes(1).toMillis());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    return new KafkaStreams(
        builder.build(),
        settings,
        new LateOnce(
            new AdmittingClients(new Admission(schemas, List.of())), late, step, producers));
  }

  private List<String> out() {
    List<String> values = new ArrayList<>();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.read(
          log.everything(log.partitions(output)),
          record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
    }
    return values;
  }

  private static byte[] bytes(int number) {
    return String.valueOf(number).getBytes(StandardCharsets.UTF_8);
  }

  private static final class CommitsOften
      extends ContextualProcessor<byte[], byte[], byte[], byte[]> {

    private int records;

    @Override
    public void process(Record<byte[], byte[]> record) {
      context().forward(record);
      records++;
      if (records % COMMIT_EVERY == 0) {
        context().commit();
      }
    }
  }

  /** Our clients, of which a producer is not answered once. */
  private record LateOnce(
      AdmittingClients clients, AtomicInteger late, Unanswered step, AtomicInteger producers)
      implements KafkaClientSupplier {

    @Override
    @SuppressWarnings("unchecked")
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
      producers.incrementAndGet();
      Producer<byte[], byte[]> producer = clients.getProducer(config);
      AtomicBoolean owed = new AtomicBoolean();
      return (Producer<byte[], byte[]>)
          Proxy.newProxyInstance(
              LateOnce.class.getClassLoader(),
              new Class<?>[] {Producer.class},
              (proxy, method, arguments) -> {
                boolean isStep = method.getName().equals(step.method);
                boolean isLate = isStep && late.compareAndSet(0, 1);
                if (!isLate && step == Unanswered.COMMIT && isStep && owed.getAndSet(false)) {
                  return null;
                }
                try {
                  Object answer =
                      isLate && !step.isDone ? null : method.invoke(producer, arguments);
                  if (isLate) {
                    owed.set(true);
                    throw new TimeoutException("no answer in time");
                  }
                  return answer;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
      return clients.getAdmin(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
      return clients.getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
      return clients.getRestoreConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
      return clients.getGlobalConsumer(config);
    }
  }
}
