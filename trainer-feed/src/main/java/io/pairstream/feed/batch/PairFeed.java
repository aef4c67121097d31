package io.pairstream.feed.batch;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Ready batches from one split's topic, of all its records as they come. Views are handed out in
 * Python alone.
 *
 * <p>Assigns all partitions to itself and joins no group. Reads committed records alone, steps over
 * tombstones and transaction markers, and prefetches as many batches as it has slots. The {@link
 * FeedPosition} counts what was handed out, not what was prefetched: a feed that is opened there
 * goes on with no sample lost or repeated. The order in which samples of several partitions mix is
 * not the same from run to run.
 *
 * <p>One thread uses a feed; a batch may be closed by any. The trainer holds fewer batches at a
 * time than there are slots. A thread of the feed's own fills batches, until there is nothing left
 * or it is stopped, and hands them over in the order in which they were filled.
 */
public final class PairFeed implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** Time limit of setting the group's offsets, for which the trainer waits. */
  private static final Duration OFFSETS_TIMEOUT = Duration.ofSeconds(5);

  private final FeedSource source;
  private final FeedSettings settings;
  private final BatchSlots slots;
  private final BatchFiller filler;
  private final Admin admin;
  private final Thread fetcher = Threads.daemon("feed-fetch", this::fillUntilTheEnd);
  private final long openedAt = System.nanoTime();
  private final LongAdder batches = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder dataWaitNanos = new LongAdder();
  private final StarvationClock starvation = new StarvationClock();
  private boolean reading = true;

  /**
   * Begin of the trainer's current wait, in nanoseconds of {@link System#nanoTime}; 0 while it does
   * not wait.
   */
  private volatile long waitsSince;

  /** Where the feed begins, then what is behind the batch that was handed out last. */
  private volatile FeedPosition latest;

  private PairFeed(FeedSource source, FeedSettings settings, FeedPosition position) {
    this.source = source;
    this.settings = settings;
    this.slots = new BatchSlots(source, settings);
    this.filler = new BatchFiller(source, settings, position, slots);
    this.latest = filler.start();
    this.admin = AdminClients.create(source.clientSettings());
  }

  /**
   * Opens a feed of a split's records as they come, from the first that the topic holds.
   *
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed open(FeedSource source, FeedSettings settings) {
    return open(source, settings, null);
  }

  /**
   * Opens a feed of a split's records as they come.
   *
   * @param position where to continue; null begins at the first record that the topic holds
   * @throws FeedRefusedException where the position is not one of this topic, or records behind it
   *     have left the log
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed open(FeedSource source, FeedSettings settings, FeedPosition position) {
    PairFeed feed = new PairFeed(source, settings, position);
    feed.fetcher.start();
    return feed;
  }

  /**
   * Waits for the next batch; empty once the feed is over.
   *
   * @throws FeedRefusedException where a sample in the batch is of another shape or split, or
   *     cannot be read; the feed gives no more batches then
   * @throws IllegalStateException where the trainer holds every slot, so that none can ever come
   */
  public Optional<ReadyBatch> next() {
    slots.requireOneFree();
    long begin = System.nanoTime();
    waitsSince = begin;
    try {
      Optional<ReadyBatch> next = slots.take();
      next.ifPresent(this::count);
      return next;
    } catch (RuntimeException e) {
      stop();
      throw e;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } finally {
      waitsSince = 0;
      dataWaitNanos.add(System.nanoTime() - begin);
    }
  }

  /** Behind the last batch that {@link #next} handed out. Any thread may ask. */
  public FeedPosition position() {
    return latest;
  }

  /**
   * Shows the position to those who look at lag, as offsets of the data set's feed group. Nothing
   * is ever read from there; the position that counts is stored with the model. Any thread may call
   * it while the feed is open.
   *
   * @throws KafkaException where the broker does not take it within 5 seconds
   */
  public void commit() {
    FeedPosition shown = latest;
    KafkaAnswers.await(
        admin
            .alterConsumerGroupOffsets(
                source.dataset().feedGroup(),
                shown.offsets().entrySet().stream()
                    .collect(
                        Collectors.toMap(
                            offset -> new TopicPartition(shown.topic(), offset.getKey()),
                            offset -> new OffsetAndMetadata(offset.getValue()))),
                new AlterConsumerGroupOffsetsOptions().timeoutMs((int) OFFSETS_TIMEOUT.toMillis()))
            .all());
  }

  /** Statistics of the feed. A wait counts while it lasts. May be called by any thread. */
  public FeedStats stats() {
    StarvationClock.Reading now = reading();
    return new FeedStats(
        batches.sum(),
        samples.sum(),
        Duration.ofNanos(System.nanoTime() - openedAt),
        Duration.ofNanos(now.waitedNanos()),
        Duration.ofNanos(slots.clocks().slotWait().sum()),
        Duration.ofNanos(slots.clocks().decoding().sum()),
        slots.clocks().bytes().sum(),
        slots.ready(),
        settings.slots(),
        settings.batchSize(),
        filler.samplesWaiting(),
        now.inMemory(),
        starvation.secondsLeft(now),
        filler.takedowns());
  }

  /** Stops fetching and decoding. Batches that are still held stay valid. */
  @Override
  public void close() {
    stop();
    try {
      fetcher.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close(CLOSING);
  }

  private void count(ReadyBatch batch) {
    batches.increment();
    samples.add(batch.size());
    latest = batch.position();
    starvation.note(reading());
  }

  private StarvationClock.Reading reading() {
    // What was loaded is read last, so that none is taken before it counts as loaded.
    long taken = samples.sum();
    long inMemory = Math.max(0, slots.clocks().loaded().sum() - taken);
    long since = waitsSince;
    long waited = dataWaitNanos.sum() + (since == 0 ? 0 : System.nanoTime() - since);
    return new StarvationClock.Reading(System.nanoTime(), inMemory, waited);
  }

  /** Ends the reading, even while it waits, and decodes nothing more. */
  private synchronized void stop() {
    if (reading) {
      fetcher.interrupt();
    }
    slots.stopDecoding();
  }

  private void fillUntilTheEnd() {
    RuntimeException failure = null;
    try {
      filler.fill();
    } catch (InterruptException | InterruptedException e) {
      // Stopped.
    } catch (OffsetOutOfRangeException e) {
      failure =
          new FeedRefusedException(
              "records that were still to be read have left the log: " + e.getMessage());
    } catch (RuntimeException e) {
      failure = e;
    }
    synchronized (this) {
      reading = false;
      // An interrupt has done its work once it ended the reading; what was read with closes
      // without.
      Thread.interrupted();
    }
    slots.end(failure);
    filler.close();
  }
}
