package io.pairstream.feed;

import io.pairstream.schemas.PreparedPair;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Memory for one batch, used again and again.
 *
 * <p>Owned by one side at a time: the fetch thread fills it, decode threads write each their own
 * sample, then it is the trainer's until it comes back.
 */
final class Slot {

  /**
   * What all samples of a feed have in common; the first one decides it.
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

  /**
   * What is known of a batch besides its samples.
   *
   * @param position behind it
   * @param withdrawn ids of pairs whose withdrawal was read since the batch before
   * @param standIns samples that stand in for others that are gone
   * @param epoch of the batch; -1 where it has none
   * @param epochShare how much of the epoch was handed out behind it, 0 to 1; NaN where none
   */
  record Seal(
      Position position, List<String> withdrawn, int standIns, long epoch, double epochShare) {}

  private final Form form;
  private final ByteBuffer images;
  private final IntBuffer tokens;
  private final ByteBuffer mask;
  private final String[] pairIds;
  private final String[] captions;
  private final List<Future<?>> decoding = new ArrayList<>();
  private Seal seal;

  Slot(int batchSize, Form form) {
    this.form = form;
    this.images = direct(batchSize * form.imageBytes());
    this.tokens = direct(batchSize * form.tokens() * Integer.BYTES).asIntBuffer();
    this.mask = direct(batchSize * form.tokens());
    this.pairIds = new String[batchSize];
    this.captions = new String[batchSize];
  }

  /** Empties the slot for the next batch. */
  void clear() {
    decoding.clear();
    seal = null;
  }

  Form form() {
    return form;
  }

  int size() {
    return decoding.size();
  }

  /** Counts one more sample, which is written by the time {@code done} is. */
  void add(Future<?> done) {
    decoding.add(done);
  }

  /** Completes the batch. */
  void seal(Seal complete) {
    seal = complete;
  }

  Seal seal() {
    return seal;
  }

  /** Where a sample's pixels go. */
  ByteBuffer imageOf(int sample) {
    return images
        .slice(sample * form.imageBytes(), form.imageBytes())
        .order(ByteOrder.nativeOrder());
  }

  /** Writes all of a sample but its pixels; it has as many token ids as the form says. */
  void put(int sample, PreparedPair pair) {
    int at = sample * form.tokens();
    for (int token : pair.getTokenIds()) {
      mask.put(at, (byte) (at - sample * form.tokens() < pair.getTokenCount() ? 1 : 0));
      tokens.put(at, token);
      at++;
    }
    pairIds[sample] = pair.getPairId();
    captions[sample] = pair.getCaption();
  }

  /** Waits until every sample is written; throws what the first bad one threw. */
  void awaitSamples() throws InterruptedException {
    for (Future<?> sample : decoding) {
      await(sample);
    }
  }

  /** Waits for work; throws what it threw. */
  static <T> T await(Future<T> work) throws InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  ByteBuffer images() {
    return images.duplicate().order(ByteOrder.nativeOrder()).limit(size() * form.imageBytes());
  }

  IntBuffer tokens() {
    return tokens.duplicate().limit(size() * form.tokens());
  }

  ByteBuffer mask() {
    return mask.duplicate().order(ByteOrder.nativeOrder()).limit(size() * form.tokens());
  }

  List<String> pairIds() {
    return List.of(Arrays.copyOf(pairIds, size()));
  }

  List<String> captions() {
    return List.of(Arrays.copyOf(captions, size()));
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
