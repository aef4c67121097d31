package io.pairstream.feed;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
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
 * time than there are slots. A thread of the feed's own fills batches, until there is nothing left
 * or it is stopped, and hands them over in the order in which they were filled.
 */
public abstract class PairFeed implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** Time limit of setting the group's offsets, for which the trainer waits. */
  private static final Duration OFFSETS_TIMEOUT = Duration.ofSeconds(5);

  final FeedSettings settings;
  final Clocks clocks = new Clocks();
  private final FeedSource source;
  private final ExecutorService decoders;
  private final SampleWriter writer;
  private final Thread fetcher = Threads.daemon("feed-fetch", this::fillUntilTheEnd);
  private final BlockingQueue<ReadyBatch.Memory> free = new LinkedBlockingQueue<>();

  /** Batches whose samples may still be written; the empty element at the end is never removed. */
  private final BlockingQueue<Optional<ReadyBatch>> filled = new LinkedBlockingQueue<>();

  private final AtomicInteger held = new AtomicInteger();
  private final long openedAt = System.nanoTime();
  private final LongAdder batches = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder dataWaitNanos = new LongAdder();
  private final StarvationClock starvation = new StarvationClock();
  private Admin admin;
  private long begun;
  private boolean reading = true;

  /** Failure that ended the reading after the filled batches; null without one. */
  private volatile RuntimeException endedBy;

  /** Failure for which no further batch is handed over; null without one. */
  private volatile RuntimeException refusedBy;

  /**
   * Begin of the trainer's current wait, in nanoseconds of {@link System#nanoTime}; 0 while it does
   * not wait.
   */
  private volatile long waitsSince;

  /** Where the feed begins, then what {@link #next} handed out last. */
  volatile ReadyBatch.Seal latest;

  /**
   * Records that were not read yet, as of the last fetch; -1 where that is not known. In a topic,
   * ends of transactions count too.
   */
  volatile long samplesWaiting = -1;

  /** Counts of a feed's threads: time in nanoseconds, bytes, and samples in memory. */
  record Clocks(LongAdder slotWait, LongAdder decoding, LongAdder bytes, LongAdder loaded) {

    Clocks() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  PairFeed(FeedSource source, FeedSettings settings) {
    this.source = source;
    this.settings = settings;
    this.decoders =
        Executors.newFixedThreadPool(settings.decodeThreads(), Threads.daemons("feed-decode"));
    this.writer = new SampleWriter(source, settings.sidePx(), clocks);
  }

  /**
   * Opens a feed of a split's records as they come.
   *
   * @param position where to continue; empty begins at the first record that the topic holds
   * @throws FeedRefusedException where the position is not one of this topic, or records behind it
   *     have left the log
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed open(
      FeedSource source, FeedSettings settings, Optional<FeedPosition> position) {
    return new SplitFeed(source, settings, position).opened();
  }

  /**
   * Opens a feed over a view.
   *
   * <p>The batch size of the settings is this rank's.
   *
   * @param position where to continue; empty begins with epoch 0
   * @throws FeedRefusedException where the position is one of another view or another order, or
   *     records of the view have left the log
   * @throws IllegalArgumentException where the view is one of another topic, or it has too few
   *     samples for a batch
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed ofView(
      FeedSource source, FeedSettings settings, ViewRun run, Optional<ViewPosition> position) {
    return new ViewFeed(source, settings, run, position.orElseGet(run::begin)).opened();
  }

  final PairFeed opened() {
    admin = AdminClients.create(source.clientSettings());
    fetcher.start();
    return this;
  }

  /** Fills all batches that there will be. */
  abstract void fill() throws InterruptedException;

  /** Gives back what {@link #fill} read with. */
  abstract void closeReading();

  /** Takedowns that are heeded. */
  abstract int takedowns();

  /**
   * Waits for the next batch; empty once the feed is over.
   *
   * @throws FeedRefusedException where a sample in the batch is of another shape or split, or
   *     cannot be read; the feed gives no more batches then
   * @throws IllegalStateException where the trainer holds every slot, so that none can ever come
   */
  public final Optional<ReadyBatch> next() {
    if (held.get() == settings.slots()) {
      throw new IllegalStateException(
          "all " + settings.slots() + " slots are held; close a batch before asking for another");
    }
    long begin = System.nanoTime();
    waitsSince = begin;
    try {
      Optional<ReadyBatch> next = takeNext();
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
  public final Position position() {
    return latest.position();
  }

  /**
   * Shows the position to those who look at lag, as offsets of the data set's feed group. Nothing
   * is ever read from there; the position that counts is stored with the model. A run over a view
   * has no lag, and shows none. Any thread may call it while the feed is open.
   *
   * @throws KafkaException where the broker does not take it within 5 seconds
   */
  public final void commit() {
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
                  new AlterConsumerGroupOffsetsOptions()
                      .timeoutMs((int) OFFSETS_TIMEOUT.toMillis()))
              .all());
    }
  }

  /** Statistics of the feed. A wait counts while it lasts. May be called by any thread. */
  public final FeedStats stats() {
    StarvationClock.Reading now = reading();
    return new FeedStats(
        batches.sum(),
        samples.sum(),
        Duration.ofNanos(System.nanoTime() - openedAt),
        Duration.ofNanos(now.waitedNanos()),
        Duration.ofNanos(clocks.slotWait().sum()),
        Duration.ofNanos(clocks.decoding().sum()),
        clocks.bytes().sum(),
        (int) filled.stream().filter(Optional::isPresent).count(),
        settings.slots(),
        settings.batchSize(),
        samplesWaiting,
        now.inMemory(),
        starvation.secondsLeft(now),
        latest.epoch(),
        latest.epochShare(),
        takedowns());
  }

  /** Stops fetching and decoding. Batches that are still held stay valid. */
  @Override
  public final void close() {
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
    latest = batch.seal();
    starvation.note(reading());
  }

  private StarvationClock.Reading reading() {
    // What was loaded is read last, so that none is taken before it counts as loaded.
    long taken = samples.sum();
    long inMemory = Math.max(0, clocks.loaded().sum() - taken);
    long since = waitsSince;
    long waited = dataWaitNanos.sum() + (since == 0 ? 0 : System.nanoTime() - since);
    return new StarvationClock.Reading(System.nanoTime(), inMemory, waited);
  }

  /** Ends the reading, even while it waits, and decodes nothing more. */
  private synchronized void stop() {
    if (reading) {
      fetcher.interrupt();
    }
    decoders.shutdown();
  }

  /** Waits for the next batch and all of its samples; empty once the feed is over. */
  private Optional<ReadyBatch> takeNext() throws InterruptedException {
    if (refusedBy != null) {
      throw refusedBy;
    }
    Optional<ReadyBatch> next = filled.take();
    if (next.isEmpty()) {
      filled.add(next);
      if (endedBy != null) {
        throw endedBy;
      }
      return next;
    }
    try {
      next.get().awaitSamples();
    } catch (RuntimeException e) {
      refusedBy = e;
      throw e;
    }
    held.incrementAndGet();
    return next;
  }

  /** Waits for room for a batch with a record; the first record of all decides its form. */
  final ReadyBatch batchFor(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
    if (begun == 0) {
      ReadyBatch.Form form = writer.formOf(record);
      for (int i = 0; i < settings.slots(); i++) {
        free.add(ReadyBatch.Memory.of(settings.batchSize(), form));
      }
    }
    long begin = System.nanoTime();
    ReadyBatch.Memory memory = free.take();
    clocks.slotWait().add(System.nanoTime() - begin);
    return new ReadyBatch(begun++, memory, this::giveBack);
  }

  /** Has a record written into the next place of a batch. */
  final void write(ConsumerRecord<byte[], byte[]> record, ReadyBatch batch) {
    int index = batch.size();
    batch.add(decoders.submit(() -> writer.write(record, batch.memory(), index)));
  }

  /** Hands a batch to the trainer. */
  final void handOver(ReadyBatch batch, ReadyBatch.Seal seal) {
    batch.seal(seal);
    filled.add(Optional.of(batch));
  }

  private void giveBack(ReadyBatch.Memory memory) {
    held.decrementAndGet();
    free.add(memory);
  }

  private void fillUntilTheEnd() {
    try {
      fill();
    } catch (InterruptException | InterruptedException e) {
      // Stopped.
    } catch (OffsetOutOfRangeException e) {
      endedBy =
          new FeedRefusedException(
              "records that were still to be read have left the log: " + e.getMessage());
    } catch (RuntimeException e) {
      endedBy = e;
    }
    synchronized (this) {
      reading = false;
      // An interrupt has done its work once it ended the reading; what was read with closes
      // without.
      Thread.interrupted();
    }
    filled.add(Optional.empty());
    closeReading();
  }
}
