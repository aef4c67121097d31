package io.pairstream.operate.canary;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.canary.CanaryReport.State;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.publish.RecordPublisher;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a canary again and again, and measures how long its receipt takes: from just before the
 * send until the committed receipt is read.
 *
 * <p>A canary is a pair that every recipe rejects: a PNG file whose header is sound and promises
 * 512×512 pixels that are not there. So it passes the header gate, is given to an image worker, and
 * fails there; no review can let it in, since there is no picture. There are {@link #COUNT} of
 * them, which differ in a text behind the file: enough to meet every partition by and by, few
 * enough that receipts and the store of statuses do not grow.
 *
 * <p>One is on its way at a time. A broker or a registry that is away is reported, and tried again
 * with the next one. Thread-safe.
 */
public final class CanaryProbe implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CanaryProbe.class);

  /** Each one stays in quarantine. */
  public static final Duration SHORTEST_INTERVAL = Duration.ofMinutes(1);

  /** Within which its receipt must be there. */
  public static final Duration BUDGET = Duration.ofSeconds(30);

  /** Age at which a canary counts as lost. */
  private static final Duration GIVEN_UP_AFTER = BUDGET.multipliedBy(10);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SEND_WITHIN = Duration.ofSeconds(10);
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(64 * 1024, 1024 * 1024);

  /** How many different ones there are. */
  public static final int COUNT = 64;

  private static final String CAPTION = "A canary that sings while it travels through a mine.";

  /** Signature, IHDR of 512 by 512 pixels in RGB, IDAT of nothing, IEND. */
  private static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAgAAAAIACAIAAAB7GkOtAAAACElEQVR4nAMAAAAA"
                  + "AUgGidIAAAAASUVORK5CYII=");

  private final ClusterAccess cluster;
  private final Duration interval;
  private final Runnable sent;
  private final LongSupplier nanos;
  private final Thread thread;
  private volatile CanaryReport latest;
  private OptionalLong lastMs = OptionalLong.empty();

  /** Not from the first partition on after each restart. */
  private int number = Math.floorMod(Instant.now().getEpochSecond(), COUNT);

  /**
   * A probe that has sent none yet.
   *
   * @param interval from one canary to the next
   * @param sent is called for each canary that the broker has taken
   */
  public CanaryProbe(ClusterAccess cluster, Duration interval, Runnable sent) {
    this(cluster, interval, sent, System::nanoTime);
  }

  /**
   * @param nanos the time that canaries take, as {@link System#nanoTime} tells it
   */
  CanaryProbe(ClusterAccess cluster, Duration interval, Runnable sent, LongSupplier nanos) {
    this.cluster = cluster;
    this.interval = interval;
    this.sent = sent;
    this.nanos = nanos;
    this.thread = Threads.daemon("canary", this::run);
    tell(State.UNKNOWN, Template.NO_CANARY_YET.with());
  }

  /** Begins to send; returns at once. */
  public void start() {
    thread.start();
  }

  /** Report of the last canary. */
  public CanaryReport latest() {
    return latest;
  }

  /** Sends no more. */
  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        long startedAt = System.nanoTime();
        try {
          fly();
        } catch (InterruptException e) {
          return;
        } catch (RuntimeException e) {
          LOG.warn("no canary flies: {}", RootCause.message(e));
          tell(State.UNKNOWN, Template.CANARY_NOT_SENT.with(RootCause.message(e)));
        }
        TimeUnit.NANOSECONDS.sleep(interval.toNanos() - (System.nanoTime() - startedAt));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fly() {
    RawPair canary = pair(number, Instant.now());
    number = (number + 1) % COUNT;
    String image = PairIdentity.imageDigest(canary.getImage());
    byte[] key = PairIdentity.pairId(image, CAPTION).getBytes(StandardCharsets.UTF_8);
    RecordPublisher<RawPair> publisher = publisher();
    try (KafkaConsumer<byte[], byte[]> consumer =
        cluster.consumer(Map.of(ConsumerConfig.CLIENT_ID_CONFIG, "pairstream-canary"))) {
      seekBehindTheLast(consumer, key);
      long sentAt = nanos.getAsLong();
      RecordMetadata at = publisher.publish(image, canary, "a canary").join();
      sent.run();
      await(consumer, key, new Origin(at.topic(), at.partition(), at.offset()), sentAt);
      // There is no group to leave, and a fetch that still waits would be waited for.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
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
    return RecordPublisher.open(cluster.topics().crowdsourced(), LIMITS, kafka);
  }

  private void seekBehindTheLast(KafkaConsumer<byte[], byte[]> consumer, byte[] key) {
    String topic = cluster.topics().receipts().name();
    int partitions = consumer.partitionsFor(topic).size();
    TopicPartition partition =
        new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions);
    consumer.assign(List.of(partition));
    consumer.seekToEnd(List.of(partition));
    // Until it is asked for, the end is that of the first poll, which may be after the receipt.
    consumer.position(partition);
  }

  private void await(
      KafkaConsumer<byte[], byte[]> consumer, byte[] key, Origin origin, long sentAt) {
    while (true) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (Arrays.equals(record.key(), key)
            && cluster
                .topics()
                .receipts()
                .decode(record.value())
                .filter(receipt -> receipt.getOrigin().equals(origin))
                .isPresent()) {
          cameOut(Duration.ofNanos(nanos.getAsLong() - sentAt));
          return;
        }
      }
      Duration waited = Duration.ofNanos(nanos.getAsLong() - sentAt);
      if (waited.compareTo(GIVEN_UP_AFTER) > 0) {
        tell(State.LOST, Template.CANARY_LOST.with(inWords(waited)));
        return;
      } else if (waited.compareTo(BUDGET) > 0 && latest.state() != State.LOST) {
        tell(State.LATE, Template.CANARY_ON_ITS_WAY.with(inWords(waited), inWords(BUDGET)));
      }
    }
  }

  private void cameOut(Duration took) {
    boolean late = took.compareTo(BUDGET) > 0;
    lastMs = OptionalLong.of(took.toMillis());
    tell(
        late ? State.LATE : State.OK,
        (late ? Template.CANARY_LATE : Template.CANARY_OUT).with(inWords(took), inWords(BUDGET)));
  }

  private void tell(State state, Sentence sentence) {
    latest = new CanaryReport(true, state, lastMs, sentence);
  }

  private static Sentence inWords(Duration duration) {
    long ms = duration.toMillis();
    return Template.SECONDS.with(
        ms < 10_000 ? String.format(Locale.ROOT, "%.1f", ms / 1e3) : duration.toSeconds());
  }

  /**
   * A canary.
   *
   * @param number which of them, 0 to {@link #COUNT} - 1
   * @param now when it is sent
   */
  public static RawPair pair(int number, Instant now) {
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(picture(number)))
        .setCaption(CAPTION)
        .setLanguage("en")
        .setMetadata(
            PairMetadata.newBuilder()
                .setSourceKind(SourceKind.SYNTHETIC.name())
                .setContributor(Canaries.CONTRIBUTOR)
                .setLicence("CC0-1.0")
                .setReceivedAt(now)
                .build())
        .setMediaType("image/png")
        .build();
  }

  private static byte[] picture(int number) {
    byte[] text = ("pairstream canary " + number).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(PNG.length + text.length).put(PNG).put(text).array();
  }
}
