package io.pairstream.feed.augment;

/** Checks of settings. */
final class Range {

  private Range() {}

  /**
   * Refuses a value outside of {@code min} to {@code max}, both allowed, and what is no number.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(String setting, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(
          setting + " must be " + min + " to " + max + ", was " + value);
    }
  }

  static void requireOrdered(String settings, double low, double high) {
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          settings + ": the smallest, " + low + ", is above the largest, " + high);
    }
  }
}
