package io.pairstream.feed;

import io.pairstream.feed.view.FeedRefusedException;
import io.pairstream.feed.view.FeedSource;
import io.pairstream.schemas.Threads;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Fills batches, until there is nothing left or somebody stops it, and hands them to the trainer in
 * the order in which they were filled. Runs on a thread of its own; the trainer's takes batches,
 * and any thread may give their memory back.
 */
abstract class BatchLoop implements Runnable {

  private final FeedSettings settings;
  private final Clocks clocks = new Clocks();
  private final ExecutorService decoders;
  private final SampleWriter writer;
  private final BlockingQueue<ReadyBatch.Memory> free = new LinkedBlockingQueue<>();

  /** Batches whose samples may still be written; empty at the end, and it stays there. */
  private final BlockingQueue<Optional<ReadyBatch>> filled = new LinkedBlockingQueue<>();

  private final AtomicInteger held = new AtomicInteger();

  /** Why there is no further batch behind those that are filled; null where all were read. */
  private volatile RuntimeException endedBy;

  /** Why no batch is handed over any more; null where nothing failed. */
  private volatile RuntimeException refusedBy;

  private long begun;
  private boolean reading = true;

  /** What a feed's threads count: their time in nanoseconds, bytes, and samples in memory. */
  record Clocks(LongAdder slotWait, LongAdder decoding, LongAdder bytes, LongAdder loaded) {

    Clocks() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  BatchLoop(FeedSource source, FeedSettings settings) {
    this.settings = settings;
    this.decoders =
        Executors.newFixedThreadPool(settings.decodeThreads(), Threads.daemons("feed-decode"));
    this.writer = new SampleWriter(source, settings.sidePx(), clocks);
  }

  /** Where the feed begins. */
  abstract Position start();

  /** Fills all batches that there will be. */
  abstract void fill() throws InterruptedException;

  /** Gives back what {@link #fill} read with. */
  abstract void closeReading();

  /**
   * Records that were not read yet, as of the last fetch; -1 where that is not known. In a topic,
   * ends of transactions count too.
   */
  abstract long samplesWaiting();

  /** Takedowns that are heeded. */
  abstract int takedowns();

  @Override
  public final void run() {
    fillUntilTheEnd();
    synchronized (this) {
      reading = false;
      // An interrupt has done its work once it ended the reading; what was read with closes
      // without.
      Thread.interrupted();
    }
    filled.add(Optional.empty());
    closeReading();
  }

  /** Ends the reading, wherever it waits, and decodes nothing more. */
  final synchronized void stop(Thread thread) {
    if (reading) {
      thread.interrupt();
    }
    decoders.shutdown();
  }

  /**
   * @throws IllegalStateException where the trainer holds every slot, so that no batch can ever
   *     come
   */
  final void requireRoom() {
    if (held.get() == settings.slots()) {
      throw new IllegalStateException(
          "all " + settings.slots() + " slots are held; close a batch before asking for another");
    }
  }

  /** Waits for the next batch, until its samples are written; empty once the feed is over. */
  final Optional<ReadyBatch> takeNext() throws InterruptedException {
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

  /** Batches that wait for the trainer; their last samples may still be written. */
  final int ready() {
    return (int) filled.stream().filter(Optional::isPresent).count();
  }

  final Clocks clocks() {
    return clocks;
  }

  final FeedSettings settings() {
    return settings;
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
  }
}
