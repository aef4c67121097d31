package io.pairstream.feed;

import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.WindowLoader.LoadedWindow;
import io.pairstream.feed.record.ImageShape;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads views in a run's order, and fills slots with one rank's share of it.
 *
 * <p>Windows are loaded ahead, in the order in which they are needed, by several consumers. In
 * memory are at most one and a half windows of each lane, as compressed records; where views are
 * mixed, of each lane and view.
 */
final class ViewLoop extends BatchLoop {

  private final Shapes shapes;
  private final SampleWriter writer;
  private final Steps steps;
  private final WindowLoader loader;
  private final FeedClocks clocks;

  /** Room for records in memory. */
  private final Semaphore room;

  /** Runs ahead of {@link #steps}. */
  private final Steps ahead;

  /** What {@link #ahead} has come to, and is not asked for yet. */
  private final Queue<Need> needs = new ArrayDeque<>();

  /** The last window of each that {@link #ahead} has come to. */
  private final Map<Source, Window> reached = new HashMap<>();

  /** The windows that were asked for. */
  private final Map<Source, Queue<Future<LoadedWindow>>> windows = new HashMap<>();

  ViewLoop(
      FeedSettings settings,
      ViewRun run,
      Position start,
      WindowLoader loader,
      Ring ring,
      ExecutorService decoders,
      SampleWriter writer,
      FeedClocks clocks) {
    super(settings, ring, decoders, writer, clocks);
    this.shapes = settings.shapes();
    this.writer = writer;
    this.steps = run.steps(start, settings);
    this.ahead = run.steps(start, settings);
    this.loader = loader;
    this.clocks = clocks;
    int whole = run.parts() * run.share().laneCount() * run.plan().windowSize();
    this.room = new Semaphore(whole + (whole + 1) / 2);
  }

  /**
   * Samples of one window that will be needed.
   *
   * @param from the first one's number in the window
   * @param to behind the last one's
   */
  record Need(Pass pass, int lane, int window, int from, int to) {

    static Need of(Turn turn) {
      int size = turn.pass().order().windowSize();
      long begin = (long) turn.window() * size;
      return new Need(
          turn.pass(),
          turn.lane(),
          turn.window(),
          (int) (turn.at() - begin),
          (int) Math.min(size, turn.end() - begin));
    }

    int size() {
      return to - from;
    }
  }

  /** What has an order of its own: a view's samples in one lane. */
  private record Source(int part, int lane) {}

  private record Window(long epoch, int number) {}

  @Override
  void fill() throws InterruptedException {
    askAhead();
    for (Optional<Step> step = steps.next(); step.isPresent(); step = steps.next()) {
      fillSlot(step.get());
      askAhead();
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

  @Override
  int takedowns() {
    return loader.takedowns();
  }

  private void fillSlot(Step step) throws InterruptedException {
    Slot slot = null;
    for (List<Turn> lane : step.lanes()) {
      for (Turn turn : lane) {
        LoadedWindow.Sample sample = take(new Source(turn.pass().part(), turn.lane()));
        while (loader.isWithdrawn(sample)) {
          sample = await(loader.standIn(sample.place()));
        }
        if (slot == null) {
          slot = freeSlot(sample.record());
          slot.begin(shape(sample.record(), slot.form()));
        }
        if (sample.isStandIn()) {
          slot.countHole();
        }
        write(sample.record(), turn.pass().epoch(), slot);
        room.release();
      }
    }
    if (slot != null) {
      slot.mark(step.epoch(), step.epochShare());
      handOver(slot, step.behind(), List.of());
    }
  }

  /** The shape of a batch's pictures, which its first one decides where several are taken. */
  private ImageShape shape(ConsumerRecord<byte[], byte[]> first, BatchForm form) {
    if (shapes instanceof Shapes.One one) {
      return new ImageShape(one.heightPx(), one.widthPx(), form.channels());
    }
    ImageShape shape = writer.shapeOf(first);
    return new ImageShape(shape.heightPx(), shape.widthPx(), form.channels());
  }

  private LoadedWindow.Sample take(Source source) throws InterruptedException {
    Queue<Future<LoadedWindow>> ofSource =
        windows.computeIfAbsent(source, any -> new ArrayDeque<>());
    while (ofSource.isEmpty()) {
      if (needs.isEmpty()) {
        findNeeds(ahead.next().orElseThrow());
      } else {
        room.acquire(needs.element().size());
        ask(needs.remove());
      }
    }
    LoadedWindow window = await(ofSource.element());
    LoadedWindow.Sample sample = window.take();
    if (window.isEmpty()) {
      ofSource.remove();
    }
    return sample;
  }

  private <T> T await(Future<T> loading) throws InterruptedException {
    long begin = System.nanoTime();
    try {
      return loading.get();
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
  private void askAhead() throws InterruptedException {
    while (true) {
      if (needs.isEmpty()) {
        Optional<Step> step = ahead.poll();
        if (step.isEmpty()) {
          return;
        }
        findNeeds(step.get());
      } else if (room.tryAcquire(needs.element().size())) {
        ask(needs.remove());
      } else {
        return;
      }
    }
  }

  private void ask(Need need) {
    windows
        .computeIfAbsent(new Source(need.pass().part(), need.lane()), any -> new ArrayDeque<>())
        .add(loader.load(need));
  }

  /**
   * Step by step and lane by lane, as samples are taken: so whatever room is taken belongs to
   * windows that come before the one that is waited for.
   */
  private void findNeeds(Step step) {
    for (List<Turn> lane : step.lanes()) {
      for (Turn turn : lane) {
        Window window = new Window(turn.pass().epoch(), turn.window());
        Source source = new Source(turn.pass().part(), turn.lane());
        if (!window.equals(reached.put(source, window))) {
          needs.add(Need.of(turn));
        }
      }
    }
  }
}
