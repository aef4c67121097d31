package io.pairstream.feed;

import io.pairstream.feed.ViewLoop.Need;
import io.pairstream.feed.order.EpochOrder.Piece;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.BlockReader;
import io.pairstream.feed.view.View;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Loads windows of views from their topic, several at a time.
 *
 * <p>A pair that was withdrawn after the view was cut leaves a hole, whether its record is gone or
 * a takedown names it. In its place comes the nearest record behind it in its block, counted around
 * the block's end, that is there and not withdrawn; where the whole block is gone, the first record
 * of the next block, counted around the view's end. All other samples keep their places, so that
 * ranks stay in step.
 */
final class WindowLoader implements AutoCloseable {

  private final WithdrawnPairs withdrawn;
  private final FeedClocks clocks;
  private final ExecutorService threads;
  private final BlockingQueue<Consumer<byte[], byte[]>> consumers = new LinkedBlockingQueue<>();
  private final int count;

  /**
   * @param withdrawn is closed with the loader
   * @param count of consumers, each on a thread of its own while it loads
   */
  WindowLoader(
      WithdrawnPairs withdrawn,
      int count,
      Supplier<Consumer<byte[], byte[]>> consumer,
      FeedClocks clocks) {
    this.withdrawn = withdrawn;
    this.clocks = clocks;
    this.count = count;
    this.threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, "feed-load");
              thread.setDaemon(true);
              return thread;
            });
    for (int i = 0; i < count; i++) {
      consumers.add(consumer.get());
    }
  }

  /**
   * Where a sample of a view stands.
   *
   * @param block its number among the view's
   * @param record its number in the block
   */
  record Place(View view, int block, int record) {}

  /** Samples in the order in which they are handed out. */
  static final class LoadedWindow {

    private final Queue<Sample> samples;

    private LoadedWindow(List<Sample> samples) {
      this.samples = new ArrayDeque<>(samples);
    }

    /**
     * One of a window's samples.
     *
     * @param isStandIn whether the record of this place is gone, and this is another
     */
    record Sample(ConsumerRecord<byte[], byte[]> record, Place place, boolean isStandIn) {}

    Sample take() {
      return samples.remove();
    }

    boolean isEmpty() {
      return samples.isEmpty();
    }
  }

  /** Loads what is needed of a window. */
  Future<LoadedWindow> load(Need need) {
    return submit(consumer -> load(consumer, need));
  }

  /** Loads one sample. */
  Future<LoadedWindow.Sample> load(Place place) {
    return submit(
        consumer -> {
          Piece piece = new Piece(place.block(), place.record(), 1);
          ConsumerRecord<byte[], byte[]> record = read(consumer, place.view(), piece)[0];
          return isThere(record)
              ? new LoadedWindow.Sample(record, place, false)
              : standIn(consumer, place);
        });
  }

  /** Number of takedowns that are heeded. */
  int takedowns() {
    return withdrawn.size();
  }

  /** Whether a sample has been withdrawn since it was loaded. */
  boolean isWithdrawn(LoadedWindow.Sample sample) {
    return withdrawn.contains(sample.record().value());
  }

  /** Loads what stands in for a sample that was withdrawn. */
  Future<LoadedWindow.Sample> standIn(Place hole) {
    return submit(consumer -> standIn(consumer, hole));
  }

  private <T> Future<T> submit(Function<Consumer<byte[], byte[]>, T> loading) {
    return threads.submit(
        () -> {
          Consumer<byte[], byte[]> consumer = consumers.take();
          try {
            return loading.apply(consumer);
          } finally {
            consumers.add(consumer);
          }
        });
  }

  /** Ends all loading. */
  @Override
  public void close() {
    withdrawn.close();
    threads.shutdownNow();
    for (int i = 0; i < count; i++) {
      try {
        consumers.take().close(CloseOptions.timeout(Duration.ZERO));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private LoadedWindow load(Consumer<byte[], byte[]> consumer, Need need) {
    View view = need.pass().view();
    Blocks blocks = new Blocks(consumer, view);
    List<LoadedWindow.Sample> counted = new ArrayList<>();
    for (Piece piece : need.pass().order().pieces(need.lane(), need.window())) {
      ConsumerRecord<byte[], byte[]>[] records = read(consumer, view, piece);
      for (int i = 0; i < records.length; i++) {
        Place place = new Place(view, piece.block(), piece.first() + i);
        counted.add(
            isThere(records[i])
                ? new LoadedWindow.Sample(records[i], place, false)
                : new LoadedWindow.Sample(blocks.standIn(place), place, true));
      }
    }
    int[] order = need.pass().order().permutation(need.lane(), need.window());
    List<LoadedWindow.Sample> samples = new ArrayList<>(need.to() - need.from());
    for (int i = need.from(); i < need.to(); i++) {
      LoadedWindow.Sample sample = counted.get(order[i]);
      clocks.countLoaded(sample.record().value());
      samples.add(sample);
    }
    return new LoadedWindow(samples);
  }

  private LoadedWindow.Sample standIn(Consumer<byte[], byte[]> consumer, Place hole) {
    return new LoadedWindow.Sample(new Blocks(consumer, hole.view()).standIn(hole), hole, true);
  }

  private boolean isThere(ConsumerRecord<byte[], byte[]> record) {
    return record != null && !withdrawn.contains(record.value());
  }

  /** The records of a piece; null where one is gone. */
  private static ConsumerRecord<byte[], byte[]>[] read(
      Consumer<byte[], byte[]> consumer, View view, Piece piece) {
    return new BlockReader(view.topic(), consumer)
        .read(view.blocks().get(piece.block()), piece.first(), piece.count());
  }

  /** A view's blocks, of which the last one is kept: its holes are beside each other. */
  private final class Blocks {

    private final Consumer<byte[], byte[]> consumer;
    private final View view;
    private int latest = -1;
    private ConsumerRecord<byte[], byte[]>[] ofLatest;

    private Blocks(Consumer<byte[], byte[]> consumer, View view) {
      this.consumer = consumer;
      this.view = view;
    }

    private ConsumerRecord<byte[], byte[]> standIn(Place hole) {
      int count = view.blocks().size();
      for (int i = 0; i <= count; i++) {
        ConsumerRecord<byte[], byte[]>[] records = block((hole.block() + i) % count);
        int first = i == 0 ? hole.record() : 0;
        for (int j = 0; j < records.length; j++) {
          ConsumerRecord<byte[], byte[]> record = records[(first + j) % records.length];
          if (isThere(record)) {
            return record;
          }
        }
      }
      throw new PositionRefusedException("every pair of the view has been withdrawn");
    }

    private ConsumerRecord<byte[], byte[]>[] block(int index) {
      if (index != latest) {
        ofLatest = read(consumer, view, new Piece(index, 0, view.blocks().get(index).size()));
        latest = index;
      }
      return ofLatest;
    }
  }
}
