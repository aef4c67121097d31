package io.pairstream.feed;

import io.pairstream.feed.record.ImageShape;
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
   * @param tokens token ids per sample
   * @param channels of every picture, 1 or 3
   * @param colour rgb, grey, hsv, lab or ycrcb
   */
  record Form(int tokens, int channels, String colour) {}

  private final Form form;
  private final ByteBuffer images;
  private final IntBuffer tokens;
  private final ByteBuffer mask;
  private final String[] pairIds;
  private final String[] captions;
  private final List<Future<?>> decoding = new ArrayList<>();
  private final List<String> withdrawn = new ArrayList<>();
  private int holes;
  private ImageShape shape = new ImageShape(0, 0, 0);
  private Position positionAfter;
  private long epoch = -1;
  private double epochShare = Double.NaN;

  /**
   * @param maxPixels pixels of the largest picture
   */
  Slot(int batchSize, int maxPixels, Form form) {
    this.form = form;
    this.images =
        ByteBuffer.allocateDirect(batchSize * maxPixels * form.channels())
            .order(ByteOrder.nativeOrder());
    this.tokens =
        ByteBuffer.allocateDirect(batchSize * form.tokens() * Integer.BYTES)
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    this.mask = ByteBuffer.allocateDirect(batchSize * form.tokens()).order(ByteOrder.nativeOrder());
    this.pairIds = new String[batchSize];
    this.captions = new String[batchSize];
  }

  /** Empties the slot for the next batch. */
  void clear() {
    decoding.clear();
    withdrawn.clear();
    holes = 0;
    positionAfter = null;
  }

  /** Begins a batch of pictures of one size, which has no more than the largest one's pixels. */
  void begin(ImageShape size) {
    shape = new ImageShape(size.heightPx(), size.widthPx(), form.channels());
  }

  Form form() {
    return form;
  }

  /** Shape of every picture in the batch. */
  ImageShape shape() {
    return shape;
  }

  int size() {
    return decoding.size();
  }

  /** Counts one more sample, which is written by the time {@code done} is. */
  void add(Future<?> done) {
    decoding.add(done);
  }

  /** Counts a sample that stands in for one that is gone. */
  void countHole() {
    holes++;
  }

  int holes() {
    return holes;
  }

  /** Says how far the epoch is behind the batch. */
  void mark(long ofEpoch, double share) {
    epoch = ofEpoch;
    epochShare = share;
  }

  /** Epoch of the batch; -1 where it has none. */
  long epoch() {
    return epoch;
  }

  /** How much of the epoch was handed out behind the batch, 0 to 1; NaN where there is none. */
  double epochShare() {
    return epochShare;
  }

  /** Completes the batch. */
  void seal(Position position, List<String> withdrawnPairIds) {
    positionAfter = position;
    withdrawn.addAll(withdrawnPairIds);
  }

  /** Where a sample's pixels go. */
  ByteBuffer imageOf(int sample) {
    return images.slice(sample * imageBytes(), imageBytes()).order(ByteOrder.nativeOrder());
  }

  /** Where a sample's token ids go. */
  IntBuffer tokensOf(int sample) {
    return tokens.slice(sample * form.tokens(), form.tokens());
  }

  /** Marks the first {@code count} of a sample's token ids as the caption's. */
  void mask(int sample, int count) {
    int begin = sample * form.tokens();
    for (int i = 0; i < form.tokens(); i++) {
      mask.put(begin + i, (byte) (i < count ? 1 : 0));
    }
  }

  void name(int sample, String pairId, String caption) {
    pairIds[sample] = pairId;
    captions[sample] = caption;
  }

  /** Waits until every sample is written; throws what the first bad one threw. */
  void awaitSamples() throws InterruptedException {
    for (Future<?> sample : decoding) {
      try {
        sample.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException refused) {
          throw refused;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  ByteBuffer images() {
    return images.duplicate().order(ByteOrder.nativeOrder()).limit(size() * imageBytes());
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

  List<String> withdrawn() {
    return List.copyOf(withdrawn);
  }

  Position positionAfter() {
    return positionAfter;
  }

  private int imageBytes() {
    return (int) shape.values();
  }
}
