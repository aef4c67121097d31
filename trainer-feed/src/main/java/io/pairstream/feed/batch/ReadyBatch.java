package io.pairstream.feed.batch;

import io.pairstream.schemas.PreparedPair;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Samples that a trainer can use at once.
 *
 * @param number number of the batch since the feed was opened, from 0
 * @param images pixels, uint8 [size, height, width, channels]; channels are RGB, or one of grey
 * @param imageShape shape of {@code images}
 * @param colour colour model of the channels: rgb, grey, hsv, lab or ycrcb
 * @param tokens token ids, int32 [size, length], padded with the tokenizer's pad id
 * @param tokenShape shape of {@code tokens}
 * @param mask uint8 [size, length], 1 where {@code tokens} are the caption's, 0 where padding
 * @param pairIds ids of the pairs, in order
 * @param captions cleaned captions, in order
 * @param withdrawnPairIds ids of pairs whose withdrawal was read since the batch before
 * @param position the position after this batch
 */
public record ReadyBatch(
    long number,
    ByteBuffer images,
    List<Integer> imageShape,
    String colour,
    IntBuffer tokens,
    List<Integer> tokenShape,
    ByteBuffer mask,
    List<String> pairIds,
    List<String> captions,
    List<String> withdrawnPairIds,
    FeedPosition position) {

  private static final ImageDecoder IMAGES = new ImageDecoder();

  /**
   * Makes the batch of these samples, whose pictures it decodes on all processors.
   *
   * @param samples at least one; all have the form of the first
   * @param withdrawn ids of pairs whose withdrawal was read since the batch before
   * @param position the position after this batch
   */
  static ReadyBatch of(
      long number, List<Sample> samples, List<String> withdrawn, FeedPosition position) {
    Sample.Form form = samples.get(0).form();
    int size = samples.size();
    int bytes = form.imageBytes();
    ByteBuffer images = ByteBuffer.allocate(size * bytes);
    IntStream.range(0, size)
        .parallel()
        .forEach(at -> samples.get(at).decode(IMAGES, images.slice(at * bytes, bytes)));
    IntBuffer tokens = IntBuffer.allocate(size * form.tokens());
    ByteBuffer mask = ByteBuffer.allocate(size * form.tokens());
    for (Sample sample : samples) {
      sample.pair().getTokenIds().forEach(tokens::put);
      for (int i = 0; i < form.tokens(); i++) {
        mask.put((byte) (i < sample.pair().getTokenCount() ? 1 : 0));
      }
    }
    List<PreparedPair> pairs = samples.stream().map(Sample::pair).toList();
    return new ReadyBatch(
        number,
        images,
        List.of(size, form.sidePx(), form.sidePx(), form.channels()),
        form.colour(),
        tokens.flip(),
        List.of(size, form.tokens()),
        mask.flip(),
        pairs.stream().map(PreparedPair::getPairId).toList(),
        pairs.stream().map(PreparedPair::getCaption).toList(),
        List.copyOf(withdrawn),
        position);
  }

  /** Number of samples: the batch size, or fewer in the last batch. */
  public int size() {
    return pairIds.size();
  }
}
