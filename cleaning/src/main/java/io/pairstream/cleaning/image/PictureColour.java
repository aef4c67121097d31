package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;

/** What the channels of a picture are. */
public enum PictureColour {
  RGB(3),
  GREY(1),
  HSV(3),
  LAB(3),
  YCRCB(3);

  private final int channels;

  PictureColour(int channels) {
    this.channels = channels;
  }

  public int channels() {
    return channels;
  }

  /** The name in records and recipes: rgb, grey, hsv, lab, ycrcb. */
  public String label() {
    return RecipeReader.word(this);
  }
}
