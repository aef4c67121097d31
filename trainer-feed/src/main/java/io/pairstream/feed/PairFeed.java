package io.pairstream.feed;

import io.pairstream.feed.view.FeedRefusedException;
import io.pairstream.feed.view.FeedSource;
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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Ready batches from one split's topic: of all its records as they come, or of a view's in an order
 * that can be repeated.
 *
 * <p>Assigns all partitions to itself and joins no group. Reads committed records alone, steps over
 * tombstones and transaction markers, and prefetches as many batches as it has slots. The {@link
 * Position} counts what was handed out, not what was prefetched: a feed that is opened there goes
 * on with no sample lost or repeated. As they come, the order in which samples of several
 * partitions mix is not the same from run to run; over a view it is.
 *
 * <p>One thread uses a feed; a batch may be closed by any. The trainer holds fewer batches at a
 * time than there are slots.
 */
public final class PairFeed implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** The trainer waits meanwhile. */
  private static final Duration SHOWN_WITHIN = Duration.ofSeconds(5);

  private final FeedSource source;
  private final BatchLoop loop;
  private final Admin admin;
  private final Thread fetcher;
  private final long openedAt = System.nanoTime();
  private final LongAdder batches = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder dataWaitNanos = new LongAdder();
  private final StarvationClock starvation = new StarvationClock();

  /** Since when the trainer waits for a batch, by the nanosecond clock; 0 while it does not. */
  private volatile long waitsSince;

  /** Written by whoever takes batches; others read it to show it. */
  private volatile ReadyBatch.Seal latest;

  private PairFeed(FeedSource source, BatchLoop loop) {
    this.source = source;
    this.loop = loop;
    this.latest = ReadyBatch.Seal.of(loop.start());
    this.admin = AdminClients.create(source.clientSettings());
    this.fetcher = Threads.daemon("feed-fetch", loop);
    fetcher.start();
  }

  /**
   * Opens a feed of a split's records as they come.
   *
   * @param position where to go on; empty begins at the first record that the topic holds
   * @throws FeedRefusedException where the position is not one of this topic, or records behind it
   *     have left the log
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed open(
      FeedSource source, FeedSettings settings, Optional<FeedPosition> position) {
    return new PairFeed(source, new FetchLoop(source, settings, position));
  }

  /**
   * Opens a feed over a view.
   *
   * <p>The batch size of the settings is this rank's.
   *
   * @param position where to go on; empty begins with epoch 0
   * @throws FeedRefusedException where the position is one of another view or another order, or
   *     records of the view have left the log
   * @throws IllegalArgumentException where the view is one of another topic, or it has too few
   *     samples for a batch
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed ofView(
      FeedSource source, FeedSettings settings, ViewRun run, Optional<ViewPosition> position) {
    return new PairFeed(
        source, new ViewFeed(source, settings, run, position.orElseGet(run::begin)));
  }

  /**
   * Waits for the next batch; empty once the feed is over.
   *
   * @throws FeedRefusedException where a sample in the batch is of another shape or split, or
   *     cannot be read; the feed gives no more batches then
   * @throws IllegalStateException where the trainer holds every slot, so that none can ever come
   */
  public Optional<ReadyBatch> next() {
    loop.requireRoom();
    long begin = System.nanoTime();
    waitsSince = begin;
    try {
      Optional<ReadyBatch> next = loop.takeNext();
      next.ifPresent(this::count);
      return next;
    } catch (RuntimeException e) {
      loop.stop(fetcher);
      throw e;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } finally {
      waitsSince = 0;
      dataWaitNanos.add(System.nanoTime() - begin);
    }
  }

  /** Behind the last batch that {@link #next} handed out. Any thread may ask. */
  public Position position() {
    return latest.position();
  }

  /**
   * Shows the position to those who look at lag, as offsets of the data set's feed group. Nothing
   * is ever read from there; the position that counts is stored with the model. A run over a view
   * has no lag, and shows none. Any thread may call it while the feed is open.
   *
   * @throws KafkaException where the broker does not take it within 5 seconds
   */
  public void commit() {
    if (position() instanceof FeedPosition inLog) {
      KafkaAnswers.await(
          admin
              .alterConsumerGroupOffsets(
                  source.dataset().feedGroup(),
                  inLog.offsets().entrySet().stream()
                      .collect(
                          Collectors.toMap(
                              offset -> new TopicPartition(inLog.topic(), offset.getKey()),
                              offset -> new OffsetAndMetadata(offset.getValue()))),
                  new AlterConsumerGroupOffsetsOptions().timeoutMs((int) SHOWN_WITHIN.toMillis()))
              .all());
    }
  }

  /** What the feed has done so far. A wait counts while it lasts. Any thread may ask. */
  public FeedStats stats() {
    StarvationClock.Reading now = reading();
    return new FeedStats(
        batches.sum(),
        samples.sum(),
        Duration.ofNanos(System.nanoTime() - openedAt),
        Duration.ofNanos(now.waitedNanos()),
        Duration.ofNanos(loop.clocks().slotWait().sum()),
        Duration.ofNanos(loop.clocks().decoding().sum()),
        loop.clocks().bytes().sum(),
        loop.ready(),
        loop.settings().slots(),
        loop.settings().batchSize(),
        loop.samplesWaiting(),
        now.inMemory(),
        starvation.secondsLeft(now),
        latest.epoch(),
        latest.epochShare(),
        loop.takedowns());
  }

  /** Stops fetching and decoding. Batches that are still held stay valid. */
  @Override
  public void close() {
    loop.stop(fetcher);
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
    latest = batch.seal();
    starvation.note(reading());
  }

  private StarvationClock.Reading reading() {
    // What was loaded is read last, so that none is taken before it counts as loaded.
    long taken = samples.sum();
    long inMemory = Math.max(0, loop.clocks().loaded().sum() - taken);
    long since = waitsSince;
    long waited = dataWaitNanos.sum() + (since == 0 ? 0 : System.nanoTime() - since);
    return new StarvationClock.Reading(System.nanoTime(), inMemory, waited);
  }
}
