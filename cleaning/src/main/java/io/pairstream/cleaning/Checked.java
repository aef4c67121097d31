package io.pairstream.cleaning;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Check} found.
 *
 * @param value what goes on where nothing speaks against it
 * @param objections what does, the first thing first
 */
public record Checked<T>(T value, List<Rejection> objections) {

  public Checked {
    objections = List.copyOf(objections);
  }

  /** Nothing speaks against it. */
  public static <T> Checked<T> fine(T value) {
    return new Checked<>(value, List.of());
  }

  /** The same with one more objection, with the measured value and the limit it breaks. */
  public Checked<T> but(RejectReason reason, String detail, String measured, String limit) {
    List<Rejection> more = new ArrayList<>(objections);
    more.add(new Rejection(reason, detail, measured, limit));
    return new Checked<>(value, more);
  }
}
