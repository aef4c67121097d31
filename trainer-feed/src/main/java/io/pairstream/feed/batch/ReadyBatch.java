package io.pairstream.feed.batch;

import io.pairstream.schemas.PreparedPair;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Samples that a trainer can use at once.
 *
 * <p>The buffers are direct and in native order, and belong to the feed: {@link #close} gives them
 * back, after which they are filled again. Owned by one side at a time: the fetch thread fills it,
 * decode threads write each their own sample, then it is the trainer's.
 */
public final class ReadyBatch implements AutoCloseable {

  private final long number;
  private final Memory memory;
  private final FeedPosition position;
  private final List<String> withdrawn;
  private final Consumer<Memory> giveBack;
  private final List<Future<Sample>> decoding = new ArrayList<>();
  private List<Sample> samples = List.of();
  private boolean closed;

  /**
   * Format shared by all samples of a feed, decided by the first one.
   *
   * @param sidePx height and width of every picture
   * @param channels of every picture, 1 or 3
   * @param colour rgb, grey, hsv, lab or ycrcb
   * @param tokens token ids per sample
   */
  record Form(int sidePx, int channels, String colour, int tokens) {

    private int imageBytes() {
      return sidePx * sidePx * channels;
    }
  }

  /** Memory for one batch, used again and again. */
  record Memory(Form form, ByteBuffer images, IntBuffer tokens, ByteBuffer mask) {

    static Memory of(int batchSize, Form form) {
      return new Memory(
          form,
          direct(batchSize * form.imageBytes()),
          direct(batchSize * form.tokens() * Integer.BYTES).asIntBuffer(),
          direct(batchSize * form.tokens()));
    }

    private static ByteBuffer direct(int bytes) {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** Where a sample's pixels go. */
    ByteBuffer imageOf(int sample) {
      return images
          .slice(sample * form.imageBytes(), form.imageBytes())
          .order(ByteOrder.nativeOrder());
    }

    /** Writes all of a sample but its pixels; it has as many token ids as the form says. */
    Sample put(int sample, PreparedPair pair) {
      int first = sample * form.tokens();
      int at = first;
      for (int token : pair.getTokenIds()) {
        mask.put(at, (byte) (at - first < pair.getTokenCount() ? 1 : 0));
        tokens.put(at, token);
        at++;
      }
      return new Sample(pair.getPairId(), pair.getCaption());
    }
  }

  /** Text of a sample, kept outside the buffers. */
  record Sample(String pairId, String caption) {}

  /**
   * @param position position behind the batch
   * @param withdrawn ids of pairs whose withdrawal was read since the batch before
   */
  ReadyBatch(
      long number,
      Memory memory,
      FeedPosition position,
      List<String> withdrawn,
      Consumer<Memory> giveBack) {
    this.number = number;
    this.memory = memory;
    this.position = position;
    this.withdrawn = withdrawn;
    this.giveBack = giveBack;
  }

  /** Number of the batch since the feed was opened, from 0. */
  public long number() {
    return number;
  }

  /** Samples in the batch: the batch size, or fewer in the last one. */
  public int size() {
    return decoding.size();
  }

  /** Pixels: uint8 [size, height, width, channels]; channels are RGB, or one of grey. */
  public ByteBuffer images() {
    return first(open().images, memory.form.imageBytes());
  }

  /** Shape of {@link #images}: size, height, width, channels. */
  public List<Integer> imageShape() {
    return List.of(size(), memory.form.sidePx, memory.form.sidePx, memory.form.channels);
  }

  /** Colour model of the channels: rgb, grey, hsv, lab or ycrcb. */
  public String colour() {
    return memory.form.colour;
  }

  /** Token ids: int32 [size, length], padded with the tokenizer's pad id. */
  public IntBuffer tokens() {
    return open().tokens.duplicate().limit(size() * memory.form.tokens);
  }

  /** Shape of {@link #tokens}: size, length. */
  public List<Integer> tokenShape() {
    return List.of(size(), memory.form.tokens);
  }

  /** Mask: uint8 [size, length], 1 where {@link #tokens} are the caption's, 0 where padding. */
  public ByteBuffer mask() {
    return first(open().mask, memory.form.tokens);
  }

  /** The samples' pair ids, in order. */
  public List<String> pairIds() {
    return samples.stream().map(Sample::pairId).toList();
  }

  /** The samples' cleaned captions, in order. */
  public List<String> captions() {
    return samples.stream().map(Sample::caption).toList();
  }

  /** Ids of pairs whose withdrawal the feed has read since the batch before. */
  public List<String> withdrawnPairIds() {
    return withdrawn;
  }

  /** The position after this batch. */
  public FeedPosition position() {
    return position;
  }

  /** Gives the buffers back to the feed. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      giveBack.accept(memory);
    }
  }

  /** Counts one more sample, which is written by the time {@code done} is. */
  void add(Future<Sample> done) {
    decoding.add(done);
  }

  /** Waits until every sample is written; throws what the first bad one threw. */
  void awaitSamples() throws InterruptedException {
    List<Sample> written = new ArrayList<>(size());
    for (Future<Sample> sample : decoding) {
      try {
        written.add(sample.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException failed
            ? failed
            : new IllegalStateException(e.getCause());
      }
    }
    samples = written;
  }

  private ByteBuffer first(ByteBuffer whole, int bytesOfSample) {
    return whole.duplicate().order(ByteOrder.nativeOrder()).limit(size() * bytesOfSample);
  }

  private Memory open() {
    if (closed) {
      throw new IllegalStateException("batch " + number + " is closed; its memory is in use again");
    }
    return memory;
  }
}
