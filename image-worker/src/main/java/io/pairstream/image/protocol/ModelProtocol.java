package io.pairstream.image.protocol;

import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages between a model process and its client, over the streams and with the marks of {@link
 * WorkerProtocol}; nothing lies in a window.
 */
public final class ModelProtocol {

  /** Largest reply, in bytes: a batch with all vectors that a card may have, or a picture. */
  private static final int MAX_REPLY_BYTES = ShownPicture.MOST_BYTES + (1 << 16);

  private ModelProtocol() {}

  /**
   * A question.
   *
   * @param picture what the model sees
   * @param ids a caption's token ids, as many for each question of a request; or none
   * @param own how many of them are the caption's own; the rest is padding
   */
  public record Item(Optional<ShownPicture> picture, List<Integer> ids, int own) {}

  /**
   * Questions for the model.
   *
   * @param token random; the worker marks the end of its words on stderr with it
   * @param plan what to do from now on; with the first request alone
   * @param items at least one
   */
  public record ModelRequest(long token, Optional<ModelPlan> plan, List<Item> items)
      implements WorkerMessage {

    /**
     * Reads a request.
     *
     * @throws EOFException if the other side has closed the stream
     */
    public static ModelRequest readFrom(DataInputStream in) throws IOException {
      return RecordWire.read(ModelRequest.class, in);
    }
  }

  /** Reply to one question; {@code pairstream_steps.py} knows the first two by their numbers. */
  public sealed interface ItemReply permits Given, NoAnswer, Written, Pixels {}

  /** Reply that has each of the plan's outputs in one of the maps, by its name. */
  public record Given(
      Map<String, Double> numbers,
      Map<String, String> labels,
      Map<String, List<Double>> vectors,
      Map<String, String> texts)
      implements ItemReply {

    /** A reply of one text. */
    public static Given text(String name, String text) {
      return new Given(Map.of(), Map.of(), Map.of(), Map.of(name, text));
    }
  }

  /** Reply of a model that writes: ids, of which the client knows the words. */
  public record Written(List<Integer> ids) implements ItemReply {}

  /** Reply to a question that has no answer; {@code detail} says why, in words. */
  public record NoAnswer(Failure reason, String detail) implements ItemReply {}

  /** Reply of what makes pixels of a stored picture. */
  public record Pixels(ShownPicture picture) implements ItemReply {}

  /** Reply to a request: one for each of its questions, in their order. */
  public record ModelReply(long token, List<ItemReply> items) implements WorkerMessage {

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
