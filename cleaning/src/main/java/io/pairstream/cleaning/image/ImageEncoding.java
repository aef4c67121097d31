package io.pairstream.cleaning.image;

import java.util.Locale;

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
    return name().toLowerCase(Locale.ROOT);
  }
}
