package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;

/** How a prepared image is encoded. */
public enum ImageEncoding {
  /** Baseline JPEG at the recipe's quality. */
  JPEG,
  /** PNG, lossless. */
  PNG,
  /** uint8 [height, width, 3], RGB, row-major, no padding. */
  RAW;

  /** The name in records and recipes: jpeg, png, raw. */
  public String label() {
    return RecipeReader.word(this);
  }
}
