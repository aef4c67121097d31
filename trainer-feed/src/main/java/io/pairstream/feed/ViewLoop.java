package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.WindowLoader.LoadedWindow;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.record.ImageShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Reads a view in a run's order, and fills slots with one rank's share of it.
 *
 * <p>Windows are loaded ahead, in the order in which they are needed, by several consumers. In
 * memory are at most one and a half windows of each lane, as compressed records.
 */
final class ViewLoop extends BatchLoop {

  private final ViewRun run;
  private final RankShare share;
  private final LastBatch lastBatch;
  private final int perLane;
  private final Shapes.One side;
  private final ViewPosition start;
  private final WindowLoader loader;
  private final LongFunction<SampleWriter> writers;
  private final FeedClocks clocks;

  /** Room for records in memory. */
  private final Semaphore room;

  private final Iterator<Need> needs;

  /** By lane, the rank's first one first: the windows that were asked for. */
  private final List<Queue<Future<LoadedWindow>>> windows = new ArrayList<>();

  /** The next window to ask for; null where there is none. */
  private Need next;

  ViewLoop(
      FeedSettings settings,
      ViewRun run,
      ViewPosition start,
      WindowLoader loader,
      Ring ring,
      ExecutorService decoders,
      LongFunction<SampleWriter> writers,
      FeedClocks clocks) {
    super(settings, ring, decoders, clocks);
    this.run = run;
    this.share = run.share();
    this.lastBatch = settings.lastBatch();
    this.perLane = run.perLane(settings.batchSize());
    this.side = (Shapes.One) settings.shapes();
    this.start = start;
    this.loader = loader;
    this.writers = writers;
    this.clocks = clocks;
    int whole = share.laneCount() * run.order(0).windowSize();
    this.room = new Semaphore(whole + (whole + 1) / 2);
    this.needs =
        Stream.iterate(start.epoch(), epoch -> epoch < run.epochs(), epoch -> epoch + 1)
            .flatMap(this::needsOf)
            .iterator();
    for (int i = 0; i < share.laneCount(); i++) {
      windows.add(new ArrayDeque<>());
    }
  }

  /**
   * Samples of one window that will be needed.
   *
   * @param from the first one's number in the window
   * @param to behind the last one's
   */
  record Need(EpochOrder order, int lane, int window, int from, int to) {}

  @Override
  void fill() throws InterruptedException {
    askForNext();
    long taken = start.taken();
    for (long epoch = start.epoch(); epoch < run.epochs(); epoch++) {
      EpochOrder order = run.order(epoch);
      SampleWriter writer = writers.apply(epoch);
      while (taken < usable(order, longest(order))) {
        fillSlot(order, writer, epoch, taken);
        taken += perLane;
      }
      taken = 0;
    }
  }

  @Override
  void closeReading() {
    loader.close();
  }

  /** A view has no end that grows; what is left of it is in the position. */
  @Override
  long samplesWaiting() {
    return -1;
  }

  private void fillSlot(EpochOrder order, SampleWriter writer, long epoch, long taken)
      throws InterruptedException {
    Slot slot = null;
    for (int i = 0; i < share.laneCount(); i++) {
      long end = Math.min(taken + perLane, usable(order, share.firstLane() + i));
      for (long at = taken; at < end; at++) {
        LoadedWindow window = window(i);
        LoadedWindow.Sample sample = window.take();
        if (window.isEmpty()) {
          windows.get(i).remove();
        }
        if (slot == null) {
          slot = freeSlot(writer, sample.record());
          slot.begin(new ImageShape(side.heightPx(), side.widthPx(), slot.form().channels()));
        }
        if (sample.isStandIn()) {
          slot.countHole();
        }
        write(writer, sample.record(), slot);
        room.release();
      }
    }
    boolean isLast = taken + perLane >= usable(order, longest(order));
    if (slot != null) {
      ViewPosition behind =
          isLast
              ? new ViewPosition(start.view(), start.plan(), epoch + 1, 0)
              : new ViewPosition(start.view(), start.plan(), epoch, taken + perLane);
      handOver(slot, behind, List.of());
    }
    askForNext();
  }

  /** The window from which a lane's next sample comes. */
  private LoadedWindow window(int lane) throws InterruptedException {
    while (windows.get(lane).isEmpty()) {
      room.acquire(next.to() - next.from());
      ask();
    }
    long begin = System.nanoTime();
    try {
      return windows.get(lane).element().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      clocks.fetching().add(System.nanoTime() - begin);
    }
  }

  /** Asks for as many windows as there is room for. */
  private void askForNext() {
    if (next == null) {
      advance();
    }
    while (next != null && room.tryAcquire(next.to() - next.from())) {
      ask();
    }
  }

  private void ask() {
    windows.get(next.lane() - share.firstLane()).add(loader.load(next));
    advance();
  }

  private void advance() {
    next = needs.hasNext() ? needs.next() : null;
  }

  private Stream<Need> needsOf(long epoch) {
    EpochOrder order = run.order(epoch);
    long taken = epoch == start.epoch() ? start.taken() : 0;
    int size = order.windowSize();
    long first = taken / size;
    long last = (usable(order, longest(order)) - 1) / size;
    return LongStream.rangeClosed(first, last)
        .boxed()
        .flatMap(
            window ->
                IntStream.range(share.firstLane(), share.firstLane() + share.laneCount())
                    .mapToObj(lane -> need(order, lane, window.intValue(), taken))
                    .filter(need -> need.from() < need.to()));
  }

  private Need need(EpochOrder order, int lane, int window, long taken) {
    long begin = (long) window * order.windowSize();
    long from = Math.max(0, taken - begin);
    long to = Math.min(order.windowSize(), usable(order, lane) - begin);
    return new Need(order, lane, window, (int) from, (int) to);
  }

  /** Samples of a lane that an epoch hands out. */
  private long usable(EpochOrder order, int lane) {
    return lastBatch == LastBatch.KEEP
        ? order.laneLength(lane)
        : order.shortestLane() / perLane * perLane;
  }

  /** The lane of this rank with the most samples. */
  private int longest(EpochOrder order) {
    return IntStream.range(share.firstLane(), share.firstLane() + share.laneCount())
        .boxed()
        .max((a, b) -> Long.compare(order.laneLength(a), order.laneLength(b)))
        .orElseThrow();
  }
}
