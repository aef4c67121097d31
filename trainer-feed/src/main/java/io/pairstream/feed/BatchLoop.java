package io.pairstream.feed;

import io.pairstream.feed.Ring.Handover;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.InterruptException;

/** Fills slots, until there is nothing left or somebody stops it. Runs on a thread of its own. */
abstract class BatchLoop implements Runnable {

  private final FeedSettings settings;
  private final Ring ring;
  private final ExecutorService decoders;
  private final SampleWriter writer;
  private final FeedClocks clocks;
  private boolean hasSlots;
  private boolean reading = true;

  BatchLoop(
      FeedSettings settings,
      Ring ring,
      ExecutorService decoders,
      SampleWriter writer,
      FeedClocks clocks) {
    this.settings = settings;
    this.ring = ring;
    this.decoders = decoders;
    this.writer = writer;
    this.clocks = clocks;
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
    Handover end = fillUntilTheEnd();
    synchronized (this) {
      reading = false;
      // An interrupt has done its work once it ended the reading; what was read with closes
      // without.
      Thread.interrupted();
    }
    ring.handOver(end);
    closeReading();
  }

  /** Ends the reading, wherever it waits. */
  final synchronized void stop(Thread thread) {
    if (reading) {
      thread.interrupt();
    }
  }

  /** Waits for a slot; the first record decides the form of all. */
  final Slot freeSlot(ConsumerRecord<byte[], byte[]> first) throws InterruptedException {
    if (!hasSlots) {
      BatchForm form = writer.formOf(first);
      for (int i = 0; i < settings.slots(); i++) {
        ring.giveBack(new Slot(settings.batchSize(), settings.shapes().maxPixels(), form));
      }
      hasSlots = true;
    }
    long begin = System.nanoTime();
    Slot slot = ring.takeFree();
    clocks.slotWait().add(System.nanoTime() - begin);
    return slot;
  }

  /** Has a record written into the next place of a slot. */
  final void write(ConsumerRecord<byte[], byte[]> record, Slot slot) {
    int index = slot.size();
    slot.add(decoders.submit(() -> writer.write(record, slot, index)));
  }

  /** Hands a slot to the trainer. */
  final void handOver(Slot slot, Position behind, List<String> withdrawn) {
    slot.seal(behind, withdrawn);
    ring.handOver(new Handover.Batch(slot));
  }

  private Handover fillUntilTheEnd() {
    try {
      fill();
      return new Handover.Over();
    } catch (InterruptException | InterruptedException e) {
      return new Handover.Over();
    } catch (OffsetOutOfRangeException e) {
      return new Handover.Failed(
          new PositionRefusedException(
              "records that were still to be read have left the log: " + e.getMessage()));
    } catch (RuntimeException e) {
      return new Handover.Failed(e);
    }
  }
}
