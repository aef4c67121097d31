package io.pairstream.feed;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Samples that a trainer can use at once.
 *
 * <p>The buffers are direct and in native order, and belong to the feed: {@link #close} gives them
 * back, after which they are filled again. Not thread-safe.
 */
public final class ReadyBatch implements AutoCloseable {

  private final Slot slot;
  private final long number;
  private final Consumer<Slot> giveBack;
  private boolean closed;

  ReadyBatch(Slot slot, long number, Consumer<Slot> giveBack) {
    this.slot = slot;
    this.number = number;
    this.giveBack = giveBack;
  }

  /** Number of the batch since the feed was opened, from 0. */
  public long number() {
    return number;
  }

  /** Samples in the batch: the batch size, or fewer in the last one. */
  public int size() {
    return open().size();
  }

  /** Pixels: uint8 [size, height, width, channels]; channels are RGB, or one of grey. */
  public ByteBuffer images() {
    return open().images();
  }

  /** Shape of {@link #images}: size, height, width, channels. */
  public List<Integer> imageShape() {
    Slot.Form form = open().form();
    return List.of(size(), form.sidePx(), form.sidePx(), form.channels());
  }

  /** What the channels are: rgb, grey, hsv, lab or ycrcb. */
  public String colour() {
    return open().form().colour();
  }

  /** Token ids: int32 [size, length], padded with the tokenizer's pad id. */
  public IntBuffer tokens() {
    return open().tokens();
  }

  /** Shape of {@link #tokens}: size, length. */
  public List<Integer> tokenShape() {
    return List.of(size(), open().form().tokens());
  }

  /** Mask: uint8 [size, length], 1 where {@link #tokens} are the caption's, 0 where padding. */
  public ByteBuffer mask() {
    return open().mask();
  }

  /** The samples' pair ids, in order. */
  public List<String> pairIds() {
    return open().pairIds();
  }

  /** The samples' cleaned captions, in order. */
  public List<String> captions() {
    return open().captions();
  }

  /** Ids of pairs whose withdrawal the feed has read since the batch before. */
  public List<String> withdrawnPairIds() {
    return open().seal().withdrawn();
  }

  /** Samples that stand in for pairs which were withdrawn after the view was cut. */
  public int standIns() {
    return open().seal().standIns();
  }

  /** The position that goes on behind this batch. */
  public Position position() {
    return open().seal().position();
  }

  /** Gives the buffers back to the feed. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      giveBack.accept(slot);
    }
  }

  private Slot open() {
    if (closed) {
      throw new IllegalStateException("batch " + number + " is closed; its memory is in use again");
    }
    return slot;
  }
}
