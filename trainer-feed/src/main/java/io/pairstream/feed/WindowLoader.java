package io.pairstream.feed;

import io.pairstream.feed.ViewLoop.Need;
import io.pairstream.feed.order.EpochOrder.Piece;
import io.pairstream.feed.view.Block;
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
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Loads windows of a view from its topic, several at a time.
 *
 * <p>A pair that was withdrawn after the view was cut leaves a hole. In its place comes the nearest
 * record behind it in its block, counted around the block's end, that is still there; where the
 * whole block is gone, the first record of the next block, counted around the view's end. All other
 * samples keep their places, so that ranks stay in step.
 */
final class WindowLoader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);

  private final View view;
  private final ExecutorService threads;
  private final BlockingQueue<Consumer<byte[], byte[]>> consumers = new LinkedBlockingQueue<>();
  private final int count;

  /**
   * @param count of consumers, each on a thread of its own while it loads
   */
  WindowLoader(View view, int count, Supplier<Consumer<byte[], byte[]>> consumer) {
    this.view = view;
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
    record Sample(ConsumerRecord<byte[], byte[]> record, boolean isStandIn) {}

    Sample take() {
      return samples.remove();
    }

    boolean isEmpty() {
      return samples.isEmpty();
    }
  }

  /** Loads what is needed of a window. */
  Future<LoadedWindow> load(Need need) {
    return threads.submit(
        () -> {
          Consumer<byte[], byte[]> consumer = consumers.take();
          try {
            return load(consumer, need);
          } finally {
            consumers.add(consumer);
          }
        });
  }

  /** Ends all loading. */
  @Override
  public void close() {
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
    List<LoadedWindow.Sample> counted = new ArrayList<>();
    for (Piece piece : need.order().pieces(need.lane(), need.window())) {
      ConsumerRecord<byte[], byte[]>[] records = read(consumer, piece);
      for (int i = 0; i < records.length; i++) {
        counted.add(
            records[i] == null
                ? new LoadedWindow.Sample(standIn(consumer, piece.block(), piece.first() + i), true)
                : new LoadedWindow.Sample(records[i], false));
      }
    }
    int[] order = need.order().permutation(need.lane(), need.window());
    List<LoadedWindow.Sample> samples = new ArrayList<>(need.to() - need.from());
    for (int i = need.from(); i < need.to(); i++) {
      samples.add(counted.get(order[i]));
    }
    return new LoadedWindow(samples);
  }

  /** The records of a piece; null where one is gone. */
  private ConsumerRecord<byte[], byte[]>[] read(Consumer<byte[], byte[]> consumer, Piece piece) {
    Block block = view.blocks().get(piece.block());
    @SuppressWarnings({"unchecked", "rawtypes"})
    ConsumerRecord<byte[], byte[]>[] records = new ConsumerRecord[piece.count()];
    TopicPartition partition = new TopicPartition(view.topic(), block.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, block.offset(piece.first()));
    long end = block.offset(piece.first() + piece.count() - 1) + 1;
    int place = 0;
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        while (place < piece.count() && block.offset(piece.first() + place) < record.offset()) {
          place++;
        }
        if (place < piece.count()
            && block.offset(piece.first() + place) == record.offset()
            && record.value() != null) {
          records[place] = record;
        }
      }
    }
    return records;
  }

  private ConsumerRecord<byte[], byte[]> standIn(
      Consumer<byte[], byte[]> consumer, int block, int place) {
    int blocks = view.blocks().size();
    for (int i = 0; i <= blocks; i++) {
      int index = (block + i) % blocks;
      int size = view.blocks().get(index).size();
      ConsumerRecord<byte[], byte[]>[] records = read(consumer, new Piece(index, 0, size));
      int first = i == 0 ? place : 0;
      for (int j = 0; j < size; j++) {
        ConsumerRecord<byte[], byte[]> record = records[(first + j) % size];
        if (record != null) {
          return record;
        }
      }
    }
    throw new PositionRefusedException("every pair of the view has been withdrawn");
  }
}
