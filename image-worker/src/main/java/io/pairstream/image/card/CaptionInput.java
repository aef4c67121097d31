package io.pairstream.image.card;

import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.image.plan.GraphInputs.CaptionTensors;

/**
 * How a model is shown a caption: as token ids, in tensors {@code int32} or {@code int64 [batch,
 * length]}.
 *
 * @param target makes the ids
 * @param fill whether ids behind the caption's own go in
 * @param tensors the graph's inputs for them
 */
public record CaptionInput(TokenTarget target, Fill fill, CaptionTensors tensors) {

  /** Ids behind a caption's own. */
  public enum Fill {
    /** Padding, up to the length. */
    PADDED,
    /** Nothing: the tensor is as long as the caption. For a batch of one. */
    NONE
  }
}
