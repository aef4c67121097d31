package io.pairstream.feed;

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

  private final int imageBytes;
  private final int tokensPerSample;
  private final ByteBuffer images;
  private final IntBuffer tokens;
  private final String[] pairIds;
  private final String[] captions;
  private final List<Future<?>> decoding = new ArrayList<>();
  private final List<String> withdrawn = new ArrayList<>();
  private FeedPosition positionAfter;

  Slot(int batchSize, int imageBytes, int tokensPerSample) {
    this.imageBytes = imageBytes;
    this.tokensPerSample = tokensPerSample;
    this.images = ByteBuffer.allocateDirect(batchSize * imageBytes).order(ByteOrder.nativeOrder());
    this.tokens =
        ByteBuffer.allocateDirect(batchSize * tokensPerSample * Integer.BYTES)
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    this.pairIds = new String[batchSize];
    this.captions = new String[batchSize];
  }

  /** Empties the slot for the next batch. */
  void clear() {
    decoding.clear();
    withdrawn.clear();
    positionAfter = null;
  }

  int size() {
    return decoding.size();
  }

  boolean isFull() {
    return decoding.size() == pairIds.length;
  }

  /** Counts one more sample, which is written by the time {@code done} is. */
  void add(Future<?> done) {
    decoding.add(done);
  }

  /** Completes the batch. */
  void seal(FeedPosition position, List<String> withdrawnPairIds) {
    positionAfter = position;
    withdrawn.addAll(withdrawnPairIds);
  }

  /** Where a sample's pixels go. */
  ByteBuffer imageOf(int sample) {
    return images.slice(sample * imageBytes, imageBytes);
  }

  /** Where a sample's token ids go. */
  IntBuffer tokensOf(int sample) {
    return tokens.slice(sample * tokensPerSample, tokensPerSample);
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
    return images.duplicate().order(ByteOrder.nativeOrder()).limit(size() * imageBytes);
  }

  IntBuffer tokens() {
    return tokens.duplicate().limit(size() * tokensPerSample);
  }

  int tokensPerSample() {
    return tokensPerSample;
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

  FeedPosition positionAfter() {
    return positionAfter;
  }
}
