package io.pairstream.cleaning;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/** Sets of code points. */
public final class CodePoints {

  private CodePoints() {}

  /** The members of a list of code points and ranges in hex, such as {@code 20 2000-200A}. */
  public static IntPredicate of(String list) {
    BitSet members = new BitSet();
    Arrays.stream(list.split("\\s+"))
        .map(range -> range.split("-"))
        .forEach(
            range ->
                members.set(
                    Integer.parseInt(range[0], 16),
                    Integer.parseInt(range[range.length - 1], 16) + 1));
    return members::get;
  }
}
