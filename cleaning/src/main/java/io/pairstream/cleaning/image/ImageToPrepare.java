package io.pairstream.cleaning.image;

import java.util.List;

/**
 * An image that passed the gate, and what else counts when its pixels are made.
 *
 * @param image the file with what its header declares
 * @param cropBox the part that the producer means, in upright pixels
 * @param tokenIds the caption's token ids, for models that look at both; empty where none does
 */
public record ImageToPrepare(ProbedImage image, PixelBox cropBox, List<Integer> tokenIds) {

  public ImageToPrepare {
    tokenIds = List.copyOf(tokenIds);
  }

  /** The whole image, by itself. */
  public static ImageToPrepare whole(ProbedImage image) {
    return new ImageToPrepare(image, PixelBox.WHOLE, List.of());
  }
}
