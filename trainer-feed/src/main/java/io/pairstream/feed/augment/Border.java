package io.pairstream.feed.augment;

/**
 * What shows where a turned or shrunk picture does not reach.
 *
 * @param kind what is shown
 * @param value 0 to 255, in every channel, where kind is FILL
 */
public record Border(Kind kind, int value) {

  /** What is shown beyond the picture. */
  public enum Kind {
    /** The picture mirrored, its outermost pixels twice: {@code cba|abcd|dcb}. */
    REFLECT,
    /** One value. */
    FILL
  }

  /** The picture mirrored. */
  public static final Border REFLECTED = new Border(Kind.REFLECT, 0);

  public Border {
    Range.require("border: value", value, 0, 255);
  }

  /** The pixel that stands for place {@code at} on a side of {@code length} pixels. */
  static int reflected(int at, int length) {
    int place = Math.floorMod(at, 2 * length);
    return place < length ? place : 2 * length - 1 - place;
  }
}
