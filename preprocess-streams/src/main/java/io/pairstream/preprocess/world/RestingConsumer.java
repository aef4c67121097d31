package io.pairstream.preprocess.world;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * A consumer whose polls last longer than they are asked to once nothing has come for a while, and
 * with it nothing is left to commit.
 *
 * <p>A stream thread polls for 100 ms, ten times a second as long as nothing comes; its {@code
 * poll.ms} cannot be longer, because a commit that is due waits for the poll's end. A poll returns
 * as soon as a record comes, so that none waits for a longer one.
 *
 * <p>A thread that waits for the answer to a join does not even wait in polls: without brokers it
 * would poll some 70,000 times a second. After the silence such a poll lasts as long as others.
 */
public final class RestingConsumer extends KafkaConsumer<byte[], byte[]> {

  /** Silence after which polls are longer; our commit intervals are a tenth of it or less. */
  static final Duration SILENCE = Duration.ofSeconds(10);

  /** A stream thread's usual poll. */
  static final Duration USUAL = Duration.ofMillis(100);

  /** The longer poll, by which a stop or the next step of a rebalance may be later. */
  static final Duration REST = Duration.ofMillis(500);

  private final LongSupplier nanoTime;
  private long busyAt;
  private boolean gotRecords;
  private int generation;

  RestingConsumer(Map<String, Object> config) {
    this(config, System::nanoTime);
  }

  /**
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  RestingConsumer(Map<String, Object> config, LongSupplier nanoTime) {
    super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.nanoTime = nanoTime;
    noteBusy();
  }

  /** Kafka Streams' own clients, but for main consumers, which are of this kind. */
  public static KafkaClientSupplier clients() {
    return new DefaultKafkaClientSupplier() {
      @Override
      public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new RestingConsumer(config);
      }
    };
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    ConsumerRecords<byte[], byte[]> records = super.poll(longer(timeout));
    notePolled(!records.isEmpty(), groupMetadata().generationId());
    return records;
  }

  /** The time that a poll may last which is to last for {@code asked}. */
  Duration longer(Duration asked) {
    if (gotRecords) {
      noteBusy(); // they were worked on until now
    }
    boolean rests = nanoTime.getAsLong() - busyAt > SILENCE.toNanos();
    if (!rests || asked.compareTo(REST) >= 0) {
      return asked;
    }
    return asked.isZero() ? USUAL : REST;
  }

  /**
   * Notes what a poll brought.
   *
   * @param now generation of the group; another one than before where partitions are assigned anew
   */
  void notePolled(boolean records, int now) {
    gotRecords = records;
    if (now != generation) {
      generation = now;
      noteBusy();
    }
  }

  private void noteBusy() {
    busyAt = nanoTime.getAsLong();
  }
}
