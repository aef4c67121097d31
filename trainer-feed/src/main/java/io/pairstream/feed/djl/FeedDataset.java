package io.pairstream.feed.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.Batchifier;
import ai.djl.util.Progress;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.feed.pixels.PixelFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A feed's batches as DJL's.
 *
 * <p>A batch's data are three arrays: {@code images}, uint8 or float32 in the feed's layout; {@code
 * tokens}, int32 [size, length]; and {@code mask}, uint8 [size, length]. It has no labels. An
 * engine may use the feed's memory without a copy, so the arrays hold until the batch is closed,
 * which gives its memory back; the trainer holds fewer batches at a time than the feed has slots.
 *
 * <p>The feed's order, end, epochs and position are the feed's: {@link #getData} goes on where it
 * stands, and a run is resumed by opening the feed at a position.
 */
public final class FeedDataset implements Dataset {

  private final PairFeed feed;
  private final PixelFormat pixels;

  /**
   * @param feed stays open, and the caller's to close
   * @param pixels as the feed's settings have them
   */
  public FeedDataset(PairFeed feed, PixelFormat pixels) {
    this.feed = feed;
    this.pixels = pixels;
  }

  /** The feed's batches from where it stands to its end. */
  @Override
  public Iterable<Batch> getData(NDManager manager) {
    return () -> new Batches(manager);
  }

  /** Nothing is to be prepared: the feed is ready once it is open. */
  @Override
  public void prepare(Progress progress) {}

  private final class Batches implements Iterator<Batch> {

    private final NDManager manager;

    /** The batch behind the last one; null until it is asked for, empty at the end. */
    private Optional<ReadyBatch> next;

    private Batches(NDManager manager) {
      this.manager = manager;
    }

    @Override
    public boolean hasNext() {
      if (next == null) {
        next = feed.next();
      }
      return next.isPresent();
    }

    @Override
    public Batch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the feed is over");
      }
      ReadyBatch ready = next.orElseThrow();
      next = null;
      return new FeedBatch(manager.newSubManager(), ready, pixels);
    }
  }

  /** Gives the feed's memory back together with the arrays. */
  private static final class FeedBatch extends Batch {

    private final ReadyBatch ready;

    private FeedBatch(NDManager manager, ReadyBatch ready, PixelFormat pixels) {
      super(
          manager,
          new NDList(images(manager, ready, pixels), tokens(manager, ready), mask(manager, ready)),
          new NDList(),
          ready.size(),
          Batchifier.STACK,
          Batchifier.STACK,
          ready.number(),
          -1,
          List.copyOf(ready.pairIds()));
      this.ready = ready;
    }

    private static NDArray images(NDManager manager, ReadyBatch ready, PixelFormat pixels) {
      boolean isFloats = pixels.type() == PixelFormat.Type.FLOAT32;
      return named(
          "images",
          manager.create(
              isFloats ? ready.floats() : ready.images(),
              shape(ready.imageShape()),
              isFloats ? DataType.FLOAT32 : DataType.UINT8));
    }

    private static NDArray tokens(NDManager manager, ReadyBatch ready) {
      return named(
          "tokens", manager.create(ready.tokens(), shape(ready.tokenShape()), DataType.INT32));
    }

    private static NDArray mask(NDManager manager, ReadyBatch ready) {
      return named("mask", manager.create(ready.mask(), shape(ready.tokenShape()), DataType.UINT8));
    }

    private static NDArray named(String name, NDArray array) {
      array.setName(name);
      return array;
    }

    private static Shape shape(List<Integer> sides) {
      return new Shape(sides.stream().mapToLong(Integer::longValue).toArray());
    }

    @Override
    public void close() {
      super.close();
      ready.close();
    }
  }
}
