package io.pairstream.operations.canary;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.publish.RecordPublisher;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a canary again and again, and measures how long its receipt takes: from just before the
 * send until the committed receipt is read.
 *
 * <p>One is on its way at a time. A broker or a registry that is away is told of, and tried again
 * with the next one. Thread-safe.
 */
public final class CanaryProbe implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CanaryProbe.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SEND_WITHIN = Duration.ofSeconds(10);
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(64 * 1024, 1024 * 1024);

  private final ClusterAccess cluster;
  private final CanarySettings settings;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile CanaryReport latest;
  private volatile KafkaConsumer<byte[], byte[]> reading;
  private int number;
  private long sent;
  private long returned;

  /**
   * A probe that has sent none yet.
   *
   * @param clock the canaries' times
   */
  public CanaryProbe(ClusterAccess cluster, CanarySettings settings, Clock clock) {
    this(cluster, settings, clock, System::nanoTime);
  }

  /**
   * @param nanos the time that canaries take, as {@link System#nanoTime} tells it
   */
  CanaryProbe(ClusterAccess cluster, CanarySettings settings, Clock clock, LongSupplier nanos) {
    this.nanos = nanos;
    this.cluster = cluster;
    this.settings = settings;
    this.clock = clock;
    this.latest = report(CanaryState.UNKNOWN, OptionalLong.empty(), Template.NO_CANARY_YET.with());
    this.thread = Threads.daemon("canary", this::run);
  }

  /** Begins to send; returns at once. */
  public void start() {
    // Not from the first partition on after each restart.
    number = Math.floorMod(clock.millis() / 1000, CanaryPair.COUNT);
    thread.start();
  }

  /** What the last one told. */
  public CanaryReport latest() {
    return latest;
  }

  /** Sends no more. */
  @Override
  public void close() {
    closed.countDown();
    KafkaConsumer<byte[], byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
    thread.interrupt();
  }

  private void run() {
    try {
      while (closed.getCount() > 0) {
        long startedAt = System.nanoTime();
        try {
          fly();
        } catch (WakeupException | InterruptException e) {
          return;
        } catch (RuntimeException e) {
          LOG.warn("no canary flies: {}", RootCause.message(e));
          latest =
              report(
                  CanaryState.UNKNOWN,
                  latest.lastMs(),
                  Template.CANARY_NOT_SENT.with(RootCause.message(e)));
        }
        long left = settings.interval().toNanos() - (System.nanoTime() - startedAt);
        if (closed.await(Math.max(0, left), TimeUnit.NANOSECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fly() {
    RawPair canary = CanaryPair.of(number, clock.instant());
    number = (number + 1) % CanaryPair.COUNT;
    byte[] key = CanaryPair.pairId(canary).getBytes(StandardCharsets.UTF_8);
    RecordPublisher<RawPair> publisher = publisher();
    try (KafkaConsumer<byte[], byte[]> consumer =
        cluster.consumer(Map.of(ConsumerConfig.CLIENT_ID_CONFIG, "pairstream-canary"))) {
      reading = consumer;
      try {
        seekBehindTheLast(consumer, key);
        long sentAt = nanos.getAsLong();
        RecordMetadata at =
            publisher.publish(CanaryPair.imageDigest(canary), canary, "a canary").join();
        sent++;
        await(consumer, key, new Origin(at.topic(), at.partition(), at.offset()), sentAt);
      } finally {
        reading = null;
        // There is no group to leave, and a fetch that still waits would be waited for.
        consumer.close(CloseOptions.timeout(Duration.ZERO));
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      publisher.abort();
    }
  }

  private RecordPublisher<RawPair> publisher() {
    Map<String, Object> kafka = new HashMap<>(cluster.clientSettings());
    // One that cannot be sent says so, instead of leaving the word of the one before.
    KafkaTimeouts.sendWithin(kafka, SEND_WITHIN);
    kafka.put("linger.ms", 0);
    return RecordPublisher.open(
        cluster.topics().crowdsourced(), RawPair.SCHEMA$, LIMITS, cluster.registry(), kafka);
  }

  private void seekBehindTheLast(KafkaConsumer<byte[], byte[]> consumer, byte[] key) {
    String topic = cluster.topics().receipts().name();
    int partitions = consumer.partitionsFor(topic).size();
    TopicPartition partition =
        new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions);
    consumer.assign(List.of(partition));
    consumer.seekToEnd(List.of(partition));
    // Until it is asked for, the end is that of the first poll, which may be after the receipt.
    long unused = consumer.position(partition);
  }

  private void await(
      KafkaConsumer<byte[], byte[]> consumer, byte[] key, Origin origin, long sentAt) {
    while (closed.getCount() > 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (Arrays.equals(record.key(), key) && isOf(origin, record)) {
          cameOut(Duration.ofNanos(nanos.getAsLong() - sentAt));
          return;
        }
      }
      Duration waited = Duration.ofNanos(nanos.getAsLong() - sentAt);
      if (waited.compareTo(settings.givenUpAfter()) > 0) {
        latest =
            report(CanaryState.LOST, latest.lastMs(), Template.CANARY_LOST.with(inWords(waited)));
        return;
      } else if (waited.compareTo(settings.budget()) > 0 && latest.state() != CanaryState.LOST) {
        latest =
            report(
                CanaryState.LATE,
                latest.lastMs(),
                Template.CANARY_ON_ITS_WAY.with(inWords(waited), inWords(settings.budget())));
      }
    }
  }

  private void cameOut(Duration took) {
    returned++;
    boolean late = took.compareTo(settings.budget()) > 0;
    latest =
        report(
            late ? CanaryState.LATE : CanaryState.OK,
            OptionalLong.of(took.toMillis()),
            (late ? Template.CANARY_LATE : Template.CANARY_OUT)
                .with(inWords(took), inWords(settings.budget())));
  }

  /** Whether this receipt is of the very record that was sent, and not of an earlier one. */
  private boolean isOf(Origin origin, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return false;
    }
    Topic<String, Receipt> receipts = cluster.topics().receipts();
    try {
      return receipts
          .value()
          .deserializer()
          .deserialize(receipts.name(), record.value())
          .getOrigin()
          .equals(origin);
    } catch (SerializationException e) {
      return false;
    }
  }

  private CanaryReport report(CanaryState state, OptionalLong last, Sentence sentence) {
    return new CanaryReport(
        true, state, last, settings.budget().toMillis(), sentence, sent, returned);
  }

  private static Sentence inWords(Duration duration) {
    long ms = duration.toMillis();
    return Template.SECONDS.with(
        ms < 10_000 ? String.format(Locale.ROOT, "%.1f", ms / 1e3) : duration.toSeconds());
  }
}
