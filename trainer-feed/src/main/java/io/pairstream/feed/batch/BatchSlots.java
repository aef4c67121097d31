package io.pairstream.feed.batch;

import io.pairstream.feed.source.FeedSource;
import io.pairstream.schemas.Threads;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Batches on their way from the thread that reads to the trainer: their memory, the threads that
 * decode into it, and the order in which they are handed over. One thread fills, one takes.
 */
final class BatchSlots {

  private final FeedSettings settings;
  private final Clocks clocks = new Clocks();
  private final SampleWriter writer;
  private final ExecutorService decoders;
  private final BlockingQueue<ReadyBatch.Memory> free = new LinkedBlockingQueue<>();

  /** Batches whose samples may still be written; the empty element at the end is never removed. */
  private final BlockingQueue<Optional<ReadyBatch>> filled = new LinkedBlockingQueue<>();

  private final AtomicInteger held = new AtomicInteger();
  private long begun;

  /** Failure that ended the reading after the filled batches; null without one. */
  private volatile RuntimeException endedBy;

  /** Failure for which no further batch is handed over; null without one. */
  private volatile RuntimeException refusedBy;

  /** Counts of a feed's threads: time in nanoseconds, bytes, and samples in memory. */
  record Clocks(LongAdder slotWait, LongAdder decoding, LongAdder bytes, LongAdder loaded) {

    Clocks() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  BatchSlots(FeedSource source, FeedSettings settings) {
    this.settings = settings;
    this.decoders =
        Executors.newFixedThreadPool(settings.decodeThreads(), Threads.daemons("feed-decode"));
    this.writer = new SampleWriter(source, settings.sidePx(), clocks);
  }

  Clocks clocks() {
    return clocks;
  }

  /** Batches that wait for the trainer. */
  int ready() {
    return (int) filled.stream().filter(Optional::isPresent).count();
  }

  /**
   * Has the records of a batch decoded, and hands it over behind the ones before. Waits for room;
   * the first record of all decides the form of all batches.
   *
   * @param behind position behind the batch
   * @param withdrawn ids of pairs whose withdrawal was read since the batch before
   */
  void fill(
      List<ConsumerRecord<byte[], byte[]>> records, FeedPosition behind, List<String> withdrawn)
      throws InterruptedException {
    if (begun == 0) {
      ReadyBatch.Form form = writer.formOf(records.get(0));
      for (int i = 0; i < settings.slots(); i++) {
        free.add(ReadyBatch.Memory.of(settings.batchSize(), form));
      }
    }
    long begin = System.nanoTime();
    ReadyBatch.Memory memory = free.take();
    clocks.slotWait().add(System.nanoTime() - begin);
    ReadyBatch batch = new ReadyBatch(begun++, memory, behind, withdrawn, this::giveBack);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      int index = batch.size();
      batch.add(decoders.submit(() -> writer.write(record, memory, index)));
    }
    filled.add(Optional.of(batch));
  }

  /**
   * No batch comes any more.
   *
   * @param failure for which the reading ended; null without one
   */
  void end(RuntimeException failure) {
    endedBy = failure;
    filled.add(Optional.empty());
  }

  /** Decodes nothing more than what is under way. */
  void stopDecoding() {
    decoders.shutdown();
  }

  /**
   * @throws IllegalStateException where the trainer holds every slot, so that no batch can ever
   *     come
   */
  void requireOneFree() {
    if (held.get() == settings.slots()) {
      throw new IllegalStateException(
          "all " + settings.slots() + " slots are held; close a batch before asking for another");
    }
  }

  /** Waits for the next batch and all of its samples; empty once there is none any more. */
  Optional<ReadyBatch> take() throws InterruptedException {
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

  private void giveBack(ReadyBatch.Memory memory) {
    held.decrementAndGet();
    free.add(memory);
  }
}
