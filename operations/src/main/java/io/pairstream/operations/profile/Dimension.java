package io.pairstream.operations.profile;

import java.util.Locale;

/** By what pairs are counted inside a {@link Slice}. */
enum Dimension {
  LICENCE(1_000),
  LANGUAGE(1_000),
  /** The original file's type. */
  MEDIA_TYPE(100),
  FOLD(1_000),
  /** {@code landscape}, {@code square} or {@code portrait}. */
  ORIENTATION(10),
  RECIPE_VERSION(100),
  /** Why a pair was turned away. */
  REASON(200),
  /** A word of the caption, once for each caption. */
  WORD(4_000);

  private final int counters;

  Dimension(int counters) {
    this.counters = counters;
  }

  /** How many values have a count of their own. */
  int counters() {
    return counters;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
