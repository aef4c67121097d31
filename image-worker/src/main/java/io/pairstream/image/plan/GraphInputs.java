package io.pairstream.image.plan;

import java.util.Optional;

/**
 * Inputs of one graph that ONNX Runtime runs; at least one is there.
 *
 * @param picture how a picture is shown
 * @param caption how a caption is shown
 */
public record GraphInputs(Optional<PictureInput> picture, Optional<CaptionTensors> caption)
    implements ModelTask {

  /**
   * Inputs for a caption; the names of those that the graph does not have are empty.
   *
   * @param ids for token ids
   * @param mask for 1 where an id is the caption's own
   * @param types for 0 everywhere
   */
  public record CaptionTensors(String ids, String mask, String types) {}
}
