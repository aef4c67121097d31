package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.image.card.ModelCard.Kind;
import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.TextReading;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Messages between a model process and its client, over the streams and with the marks of {@link
 * WorkerProtocol}; nothing lies in a window.
 */
public final class ModelProtocol {

  /** Largest reply, in bytes: a batch with all vectors that a card may have. */
  private static final int MAX_REPLY_BYTES = 16 << 20;

  private ModelProtocol() {}

  /**
   * A process's work for all its life.
   *
   * @param kind what runs the model
   * @param file path of the model
   * @param files paths of all files of the card
   * @param threads threads that run it
   * @param picture how a picture is shown; one, or none
   * @param caption how a caption is shown; one, or none
   * @param outputs what is taken
   * @param reading how text is found and read; one, or none
   * @param decoding how a caption is written; one, or none
   */
  public record Plan(
      Kind kind,
      String file,
      List<String> files,
      int threads,
      List<PictureInput> picture,
      List<CaptionTensors> caption,
      List<ModelOutput> outputs,
      List<TextReading> reading,
      List<CaptionDecoding> decoding) {}

  /**
   * The graph's inputs for a caption; the names of those that it has not are empty.
   *
   * @param ids for token ids
   * @param mask for 1 where an id is the caption's own
   * @param types for 0 everywhere
   */
  public record CaptionTensors(String ids, String mask, String types) {}

  /**
   * A question.
   *
   * @param picture one, or none
   * @param ids a caption's token ids, as many for each question of a request; or none
   * @param own how many of them are the caption's own; the rest is padding
   */
  public record Item(List<StoredPicture> picture, List<Integer> ids, int own) {}

  /**
   * A picture.
   *
   * @param bytes a file, or pixels: uint8 [height, width, channels], RGB or grey
   * @param raw whether they are pixels
   * @param width in pixels, like {@code height}; read for pixels only
   * @param channels 1 or 3; read for pixels only
   */
  public record StoredPicture(
      EncodedImage bytes, boolean raw, int width, int height, int channels) {}

  /**
   * Questions for the model.
   *
   * @param token random; the worker marks the end of its words on stderr with it
   * @param plan what to do from now on, with the first request; none later
   * @param items at least one
   */
  public record ModelRequest(long token, List<Plan> plan, List<Item> items) {

    /** Writes it. */
    public void writeTo(DataOutputStream out) throws IOException {
      RecordWire.write(this, out);
      out.flush();
    }

    /**
     * Reads a request.
     *
     * @throws EOFException if the other side has closed the stream
     */
    public static ModelRequest readFrom(DataInputStream in) throws IOException {
      return RecordWire.read(ModelRequest.class, in);
    }
  }

  /**
   * Reply to one question: either a failure, or each output in one of the maps.
   *
   * @param failure one, or none
   * @param detail of a failure, in words
   * @param ids of texts that the client knows the words of
   */
  public record ItemReply(
      List<Failure> failure,
      String detail,
      Map<String, Double> numbers,
      Map<String, String> labels,
      Map<String, List<Double>> vectors,
      Map<String, String> texts,
      Map<String, List<Integer>> ids) {

    /** A question without an answer. */
    public static ItemReply failed(Failure failure, String detail) {
      return new ItemReply(
          List.of(failure), detail, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }
  }

  /** Reply to a request: one for each of its questions, in their order. */
  public record ModelReply(long token, List<ItemReply> items) implements WorkerReply {

    /**
     * Reads a length, and a reply that has it.
     *
     * @throws EOFException if the worker ends before
     * @throws OddAnswerException if it is none
     */
    public static ModelReply readFrom(DataInputStream in) throws IOException {
      return WorkerProtocol.readReply(ModelReply.class, MAX_REPLY_BYTES, in);
    }
  }
}
