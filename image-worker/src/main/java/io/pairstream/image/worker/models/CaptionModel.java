package io.pairstream.image.worker.models;

import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.CaptionWriting;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.models.OnnxRun.Result;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.onnxruntime.Value;

/** Writes captions of pictures, one after the other, with an encoder and a decoder. */
final class CaptionModel extends PictureModel {

  /** By how much the ids of graph and vocabulary may differ: graphs round up. */
  private static final int ROUNDED = 1_000;

  private final CaptionDecoding decoding;
  private final OnnxRuntime runtime;
  private final ShownPixels pixels;
  private final OnnxRun encoder;
  private final OnnxRun decoder;

  /**
   * Loads both graphs, which stay until the process ends, so no {@code PointerScope} may be open.
   *
   * @throws RuntimeException where a graph cannot be loaded, or takes or has something else than
   *     the card says
   */
  CaptionModel(ModelPlan plan, CaptionWriting writing, OnnxRuntime runtime) {
    this.runtime = runtime;
    decoding = writing.decoding();
    PictureInput input = writing.picture();
    pixels = new ShownPixels(input);
    encoder = new OnnxRun(plan.file(), Set.of(input.tensor()), decoding.encoded(), runtime);
    Set<String> inputs = new TreeSet<>(List.of(decoding.ids(), decoding.states(), decoding.mask()));
    inputs.remove("");
    decoder = new OnnxRun(decoding.decoder(), inputs, decoding.logits(), runtime);
  }

  @Override
  ItemReply ask(ShownPicture picture) throws UnreadableException {
    Result states = encoded(picture);
    return new Written(new TokenSearch(decoding, texts -> next(texts, states)).find());
  }

  /** The encoder's output, once for each beam: float32 [beams, places, size]. */
  private Result encoded(ShownPicture picture) throws UnreadableException {
    FloatPointer levels = new FloatPointer(pixels.count());
    pixels.put(picture, levels.asBuffer());
    Result one = encoder.run(levels, pixels.shape(1));
    if (one.shape().size() != 3 || one.shape().get(0) != 1) {
      throw new IllegalArgumentException(
          "the encoder's output %s has the shape %s, where [1, places, size] is wanted"
              .formatted(decoding.encoded(), one.shape()));
    }
    float[] numbers = new float[Math.toIntExact(one.count())];
    one.numbers().get(numbers);
    FloatPointer each = new FloatPointer(decoding.beams() * one.count());
    for (int beam = 0; beam < decoding.beams(); beam++) {
      each.position(beam * one.count()).put(numbers);
    }
    return new Result(each.position(0), one.shape(), one.count());
  }

  /** Logits behind the last id of each text. */
  @SuppressWarnings("try") // the scope works by being open
  private float[][] next(List<List<Integer>> texts, Result states) {
    int count = texts.size();
    int length = texts.get(0).size();
    long places = states.shape().get(1);
    try (PointerScope scope = new PointerScope()) {
      long[] ids = texts.stream().flatMap(List::stream).mapToLong(Integer::longValue).toArray();
      Map<String, Value> tensors = new HashMap<>();
      tensors.put(decoding.ids(), runtime.longs(ids, count, length));
      tensors.put(
          decoding.states(), runtime.floats(states.numbers(), count, places, states.last()));
      if (!decoding.mask().isEmpty()) {
        long[] all = new long[Math.toIntExact(count * places)];
        Arrays.fill(all, 1);
        tensors.put(decoding.mask(), runtime.longs(all, count, places));
      }
      Result logits = decoder.run(tensors);
      checkLogits(logits, count, length);
      float[][] next = new float[count][logits.last()];
      for (int i = 0; i < count; i++) {
        long place = (long) i * length + length - 1;
        logits.numbers().position(place * logits.last()).get(next[i]);
      }
      return next;
    }
  }

  private void checkLogits(Result logits, int texts, int length) {
    if (logits.count() != (long) texts * length * logits.last()) {
      throw new IllegalArgumentException(
          "the decoder's output %s has the shape %s, where [%d, %d, ids] is wanted"
              .formatted(decoding.logits(), logits.shape(), texts, length));
    }
    int ids = logits.last();
    if (Math.abs(ids - decoding.vocabulary()) > ROUNDED || decoding.end() >= ids) {
      throw new IllegalArgumentException(
          "the decoder knows %,d ids, the vocabulary %,d, and the end's is %,d: the vocabulary is of another graph"
              .formatted(ids, decoding.vocabulary(), decoding.end()));
    }
  }
}
