package io.pairstream.testing;

/** How often a test that differs by its seed alone is run: {@code -Pfull} asks for more. */
public final class Repeats {

  private static final boolean IS_FULL = Boolean.getBoolean("pairstream.test.full");

  private Repeats() {}

  public static int of(int usual, int full) {
    return IS_FULL ? full : usual;
  }
}
