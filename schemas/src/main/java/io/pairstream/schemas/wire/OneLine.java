package io.pairstream.schemas.wire;

/** Foreign text made fit for a detail: one line of printable characters, cut to a length. */
public final class OneLine {

  private static final int MAX_CHARACTERS = 200;

  private OneLine() {}

  /** The text's first 200 characters, with a space for each that does not print. */
  public static String of(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(MAX_CHARACTERS)
        .forEach(
            point ->
                line.appendCodePoint(
                    Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                        ? ' '
                        : point));
    return line.toString().strip();
  }
}
