package io.pairstream.image.card;

import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.image.plan.GraphInputs.CaptionTensors;

/**
 * How a model is shown a caption: as token ids, in tensors {@code int32} or {@code int64 [batch,
 * length]}.
 *
 * @param target makes the ids
 * @param fill whether ids behind the caption's own go in
 * @param ids name of the graph's input for the ids
 * @param mask name of the input that has 1 for the caption's own ids and 0 behind them; empty for
 *     none
 * @param types name of the input that has 0 everywhere; empty for none
 */
public record CaptionInput(TokenTarget target, Fill fill, String ids, String mask, String types) {

  /** Ids behind a caption's own. */
  public enum Fill {
    /** Padding, up to the length. */
    PADDED,
    /** Nothing: the tensor is as long as the caption. For a batch of one. */
    NONE
  }

  /** The graph's inputs alone. */
  CaptionTensors tensors() {
    return new CaptionTensors(ids, mask, types);
  }
}
