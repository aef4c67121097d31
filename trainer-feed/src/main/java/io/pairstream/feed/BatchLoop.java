package io.pairstream.feed;

import io.pairstream.schemas.Threads;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Fills slots, until there is nothing left or somebody stops it, and hands them to the trainer in
 * the order in which they were filled. Runs on a thread of its own; the trainer's takes slots, and
 * any thread may give them back.
 */
abstract class BatchLoop implements Runnable {

  private final FeedSettings settings;
  private final FeedStats.Clocks clocks = new FeedStats.Clocks();
  private final ExecutorService decoders;
  private final SampleWriter writer;
  private final BlockingQueue<Slot> free = new LinkedBlockingQueue<>();

  /** Slots whose samples may still be written; empty at the end, and it stays there. */
  private final BlockingQueue<Optional<Slot>> filled = new LinkedBlockingQueue<>();

  /** Why there is no further batch behind those that are filled; null where all were read. */
  private volatile RuntimeException endedBy;

  /** Why no batch is handed over any more; null where nothing failed. */
  private volatile RuntimeException refusedBy;

  private boolean hasSlots;
  private boolean reading = true;

  BatchLoop(FeedSource source, FeedSettings settings) {
    this.settings = settings;
    this.decoders =
        Executors.newFixedThreadPool(settings.decodeThreads(), Threads.daemons("feed-decode"));
    this.writer = new SampleWriter(source, settings.sidePx(), clocks);
  }

  /** Fills all slots that there will be. */
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

  /** Ends the reading, wherever it waits. */
  final synchronized void stop(Thread thread) {
    if (reading) {
      thread.interrupt();
    }
  }

  /** Decodes nothing more than what was handed to the decoders. */
  final void closeDecoders() {
    decoders.shutdown();
  }

  /** Waits for the next batch, until its samples are written; empty once the feed is over. */
  final Optional<Slot> takeNext() throws InterruptedException {
    if (refusedBy != null) {
      throw refusedBy;
    }
    Optional<Slot> next = filled.take();
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
    return next;
  }

  /** Batches that wait for the trainer; their last samples may still be written. */
  final int ready() {
    return (int) filled.stream().filter(Optional::isPresent).count();
  }

  final void giveBack(Slot slot) {
    slot.clear();
    free.add(slot);
  }

  final FeedStats.Clocks clocks() {
    return clocks;
  }

  final FeedSettings settings() {
    return settings;
  }

  /** Waits for a slot for a batch with a record; the first record of all decides their form. */
  final Slot slotFor(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
    if (!hasSlots) {
      Slot.Form form = writer.formOf(record);
      for (int i = 0; i < settings.slots(); i++) {
        free.add(new Slot(settings.batchSize(), form));
      }
      hasSlots = true;
    }
    long begin = System.nanoTime();
    Slot slot = free.take();
    clocks.slotWait().add(System.nanoTime() - begin);
    return slot;
  }

  /** Has a record written into the next place of a slot. */
  final void write(ConsumerRecord<byte[], byte[]> record, Slot slot) {
    int index = slot.size();
    slot.add(decoders.submit(() -> writer.write(record, slot, index)));
  }

  /** Hands a slot to the trainer. */
  final void handOver(Slot slot, Slot.Seal seal) {
    slot.seal(seal);
    filled.add(Optional.of(slot));
  }

  private void fillUntilTheEnd() {
    try {
      fill();
    } catch (InterruptException | InterruptedException e) {
      // Stopped.
    } catch (OffsetOutOfRangeException e) {
      endedBy =
          new PositionRefusedException(
              "records that were still to be read have left the log: " + e.getMessage());
    } catch (RuntimeException e) {
      endedBy = e;
    }
  }
}
