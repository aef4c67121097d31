package io.pairstream.image.model;

import io.pairstream.image.protocol.ShownPicture;

/**
 * A picture, a caption, or both, about which a model is asked.
 *
 * @param picture null where the model sees none
 * @param caption null where the model sees none
 */
public record ModelQuestion(ShownPicture picture, String caption) {

  /** A question that tries a model out, with a picture of so many pixels on each side. */
  public static ModelQuestion made(int sidePx) {
    byte[] pixels = new byte[3 * sidePx * sidePx];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((i * 31) >> 4);
    }
    return new ModelQuestion(ShownPicture.raw(pixels, sidePx, sidePx, 3), "a dog on a beach");
  }
}
