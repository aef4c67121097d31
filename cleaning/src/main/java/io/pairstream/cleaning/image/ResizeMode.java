package io.pairstream.cleaning.image;

/** How a picture of any shape becomes one of the wanted shape. */
public enum ResizeMode {
  /** The largest centred part of the wanted shape, scaled to the wanted size. */
  CENTER_CROP,
  /** The whole picture, scaled until it covers the wanted size; keeps its own shape. */
  KEEP_RATIO_SMALLEST,
  /** The whole picture, scaled until it fits into the wanted size; keeps its own shape. */
  KEEP_RATIO_LARGEST,
  /** The whole picture, scaled until it fits, in the middle of a canvas of the wanted size. */
  PAD,
  /** The whole picture, both sides scaled each on its own. */
  STRETCH,
  /** As {@link #CENTER_CROP}, to the shape of a table that is nearest to the picture's own. */
  BUCKET
}
