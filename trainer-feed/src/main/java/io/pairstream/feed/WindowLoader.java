package io.pairstream.feed;

import io.pairstream.schemas.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Loads windows of a view from its topic, several at a time.
 *
 * <p>A window of which every pair is withdrawn hands out those of the next one in its lane, counted
 * around the lane's end, that has any; where there is none in the lane, those of the next lane.
 */
final class WindowLoader implements AutoCloseable {

  /** Windows that are loaded at a time. */
  private static final int READERS = 2;

  private final View view;
  private final WithdrawnPairs withdrawn;
  private final PairFeed.Clocks clocks;
  private final ExecutorService threads;
  private final BlockingQueue<BlockReader> readers = new LinkedBlockingQueue<>();

  /** Loads a run's windows, with answers that are hardly larger than the pieces of a window. */
  WindowLoader(FeedSource source, ViewRun run, PairFeed.Clocks clocks) {
    this.view = run.view();
    this.withdrawn = source.withdrawnPairs();
    this.clocks = clocks;
    // A thread that asks which of its records are withdrawn has given its reader back.
    this.threads = Executors.newFixedThreadPool(2 * READERS, Threads.daemons("feed-load"));
    long bytes = EpochOrder.pieceBytes(view.blocks(), run.plan()) * 5 / 4;
    for (int i = 0; i < READERS; i++) {
      readers.add(source.blocks(bytes));
    }
  }

  /**
   * One of a window's samples.
   *
   * @param isStandIn whether it comes in the place of a pair that is withdrawn
   */
  record Sample(ConsumerRecord<byte[], byte[]> record, boolean isStandIn) {}

  /**
   * The records of a window: those that are there and not withdrawn, in their order, over and over.
   *
   * <p>So a pair comes as often as another, but for once, and again only when all others have come.
   * For one thread at a time.
   */
  static final class Window {

    private final List<ConsumerRecord<byte[], byte[]>> there;
    private final WithdrawnPairs withdrawn;
    private final boolean isOwn;

    /** Takedown keys that cover each record, in the order of {@link #there}. */
    private final List<List<String>> keys = new ArrayList<>();

    private List<ConsumerRecord<byte[], byte[]>> living;
    private long version;

    /**
     * @param records records in the order in which they are handed out; null for a deleted one
     * @param withdrawn takedowns, read again whenever their version has changed
     * @param isOwn whether these are the window's own records
     */
    private Window(
        List<ConsumerRecord<byte[], byte[]>> records, WithdrawnPairs withdrawn, boolean isOwn) {
      this.there = records.stream().filter(Objects::nonNull).toList();
      this.withdrawn = withdrawn;
      this.isOwn = isOwn;
      this.living = there;
    }

    /** Whether any pair is left. */
    boolean hasLiving() {
      long now = withdrawn.version();
      if (now != version) {
        if (keys.isEmpty()) {
          there.forEach(record -> keys.add(withdrawn.keysOf(record.value())));
        }
        living = new ArrayList<>();
        for (int i = 0; i < there.size(); i++) {
          if (!withdrawn.holds(keys.get(i))) {
            living.add(there.get(i));
          }
        }
        version = now;
      }
      return !living.isEmpty();
    }

    /**
     * Sample at a place; call only after {@link #hasLiving} has returned true.
     *
     * @param at from 0 to below the window's length
     */
    Sample sample(int at) {
      return new Sample(living.get(at % living.size()), at >= living.size() || !isOwn);
    }
  }

  /**
   * Loads a window, which has a living pair when it is there.
   *
   * @param samples of it that count as loaded then
   * @throws FeedRefusedException by the future, where every pair of the view is withdrawn
   */
  Future<Window> load(EpochOrder order, int lane, int window, int samples) {
    return threads.submit(
        () -> {
          Window loaded = load(order, lane, window);
          clocks.loaded().add(samples);
          return loaded;
        });
  }

  /** Number of takedowns that are heeded. */
  int takedowns() {
    return withdrawn.size();
  }

  /** Ends all loading. */
  @Override
  public void close() {
    withdrawn.close();
    threads.shutdownNow();
    for (int i = 0; i < READERS; i++) {
      try {
        readers.take().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private Window load(EpochOrder order, int lane, int window) throws InterruptedException {
    for (int i = 0; i < order.lanes(); i++) {
      int otherLane = (lane + i) % order.lanes();
      int windows = order.windows(otherLane);
      for (int j = 0; j < windows; j++) {
        int other = ((i == 0 ? window : 0) + j) % windows;
        Window loaded = new Window(read(order, otherLane, other), withdrawn, i + j == 0);
        if (loaded.hasLiving()) {
          return loaded;
        }
      }
    }
    throw new FeedRefusedException("every pair of the view has been withdrawn");
  }

  /** A window's records in the order in which they are handed out; null for a deleted one. */
  private List<ConsumerRecord<byte[], byte[]>> read(EpochOrder order, int lane, int window)
      throws InterruptedException {
    BlockReader reader = readers.take();
    List<ConsumerRecord<byte[], byte[]>> ordered;
    try {
      ordered = reader.window(view, order, lane, window);
    } finally {
      readers.add(reader);
    }
    for (ConsumerRecord<byte[], byte[]> record : ordered) {
      if (record != null) {
        clocks.bytes().add(record.value().length);
      }
    }
    return ordered;
  }
}
