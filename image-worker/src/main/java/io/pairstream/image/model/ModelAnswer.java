package io.pairstream.image.model;

import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ShownPicture;
import java.util.Map;

/** The answer to one question, or the reason why there is none. */
public sealed interface ModelAnswer {

  /**
   * The model has answered: each of the card's outputs is in one of the maps, by its name.
   *
   * @param numbers finite
   * @param labels each one of the card's
   * @param vectors finite, 1 to 4,096 numbers; of one length for all answers of a card
   * @param texts what was read
   */
  record Answered(
      Map<String, Double> numbers,
      Map<String, String> labels,
      Map<String, float[]> vectors,
      Map<String, String> texts)
      implements ModelAnswer {}

  /** Answer of a decoder: the picture's pixels, for a model that runs elsewhere. */
  record Decoded(ShownPicture picture) implements ModelAnswer {}

  /**
   * The question has no answer, and would have none another time.
   *
   * @param reason why
   * @param detail why, in words: printable ASCII
   */
  record Failed(Failure reason, String detail) implements ModelAnswer {}
}
