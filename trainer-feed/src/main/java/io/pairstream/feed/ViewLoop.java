package io.pairstream.feed;

import io.pairstream.feed.Step.Turn;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a view in a run's order, and fills slots with one rank's share of it.
 *
 * <p>Windows are loaded ahead, in the order in which they are needed, by several consumers, as far
 * as those records that are still to be handed out fill one and a half windows of each of the
 * rank's lanes. A window leaves memory as a whole.
 */
final class ViewLoop extends BatchLoop {

  private final Shapes shapes;
  private final SampleWriter writer;
  private final Steps steps;
  private final WindowLoader loader;
  private final FeedClocks clocks;

  /** By so many ranks the samples of a lane are handed out. */
  private final int ranks;

  /** Room for further records in memory; below 0 where the next step needs more than there is. */
  private int room;

  /** Runs ahead of {@link #steps}. */
  private final Steps ahead;

  /** What {@link #ahead} has come to, and is not asked for yet. */
  private final Queue<Turn> needs = new ArrayDeque<>();

  /** The last window of each lane that {@link #ahead} has come to. */
  private final Map<Integer, Key> reached = new HashMap<>();

  /** The windows of each lane that were asked for, in the order in which they are needed. */
  private final Map<Integer, Queue<Asked>> windows = new HashMap<>();

  ViewLoop(
      FeedSettings settings,
      ViewRun run,
      ViewPosition start,
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
    this.ranks = run.share().perLane(run.plan().lanesOf(run.view().samples()));
    int whole = run.share().lanes(run.plan().lanes()) * run.plan().windowSize();
    this.room = whole + (whole + 1) / 2;
  }

  private record Key(long epoch, int window) {

    static Key of(Turn turn) {
      return new Key(turn.order().epoch(), turn.window());
    }
  }

  /** A window that was asked for. */
  private static final class Asked {

    private final Key key;
    private Future<LoadedWindow> loading;

    /** Those of its records that take room still. */
    private int held;

    private Asked(Key key, Future<LoadedWindow> loading, int held) {
      this.key = key;
      this.loading = loading;
      this.held = held;
    }
  }

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
    for (Turn turn : step.turns()) {
      LoadedWindow.Sample sample = take(turn);
      if (slot == null) {
        slot = freeSlot(sample.record());
        slot.begin(shape(sample.record(), slot.form()));
      }
      if (sample.isStandIn()) {
        slot.countHole();
      }
      write(sample.record(), slot);
    }
    if (slot == null) {
      // Other ranks have samples in this step; they wait for this one's.
      Turn lead = step.lead();
      ConsumerRecord<byte[], byte[]> other = await(load(lead, 0)).sample(lead.at()).record();
      slot = freeSlot(other);
      slot.begin(shape(other, slot.form()));
    }
    slot.mark(step.lead().order().epoch(), step.epochShare());
    handOver(slot, step.behind(), List.of());
  }

  /** The shape of a batch's pictures, which its first one decides where several are taken. */
  private ImageShape shape(ConsumerRecord<byte[], byte[]> first, BatchForm form) {
    if (shapes instanceof Shapes.One one) {
      return new ImageShape(one.heightPx(), one.widthPx(), form.channels());
    }
    ImageShape shape = writer.shapeOf(first);
    return new ImageShape(shape.heightPx(), shape.widthPx(), form.channels());
  }

  private LoadedWindow.Sample take(Turn turn) throws InterruptedException {
    LoadedWindow window = loaded(turn);
    Asked asked = windows.get(turn.lane()).element();
    int taken = Math.min(ranks, asked.held);
    asked.held -= taken;
    room += taken;
    return window.sample(turn.at());
  }

  /** The window of a sample, which has a living pair. */
  private LoadedWindow loaded(Turn turn) throws InterruptedException {
    Queue<Asked> ofLane = windows.computeIfAbsent(turn.lane(), any -> new ArrayDeque<>());
    Key key = Key.of(turn);
    while (ofLane.isEmpty() || !ofLane.element().key.equals(key)) {
      // A lane's samples come in their order: the windows before this one are used up.
      if (!ofLane.isEmpty()) {
        Asked past = ofLane.remove();
        room += past.held;
        clocks.loaded().add(-past.held / ranks);
      } else if (needs.isEmpty()) {
        findNeeds(ahead.next().orElseThrow());
      } else {
        ask(needs.remove());
      }
    }
    Asked asked = ofLane.element();
    while (!await(asked.loading).hasLiving()) {
      asked.loading = load(turn, 0);
    }
    return await(asked.loading);
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
  private void askAhead() {
    while (true) {
      if (needs.isEmpty()) {
        Optional<Step> step = ahead.next();
        if (step.isEmpty()) {
          return;
        }
        findNeeds(step.get());
      } else if (size(needs.element()) <= room) {
        ask(needs.remove());
      } else {
        return;
      }
    }
  }

  private void ask(Turn turn) {
    int size = size(turn);
    room -= size;
    windows
        .computeIfAbsent(turn.lane(), any -> new ArrayDeque<>())
        .add(new Asked(Key.of(turn), load(turn, size / ranks), size));
  }

  private Future<LoadedWindow> load(Turn turn, int samples) {
    return loader.load(turn.order(), turn.lane(), turn.window(), samples);
  }

  /** Records of a window from a sample on. */
  private static int size(Turn turn) {
    return turn.order().windowLength(turn.lane(), turn.window()) - turn.at();
  }

  /** Step by step, as samples are taken. */
  private void findNeeds(Step step) {
    for (Turn turn : step.turns()) {
      Key key = Key.of(turn);
      if (!key.equals(reached.put(turn.lane(), key))) {
        needs.add(turn);
      }
    }
  }
}
