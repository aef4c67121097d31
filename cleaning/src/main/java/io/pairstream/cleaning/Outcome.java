package io.pairstream.cleaning;

import java.util.List;
import java.util.function.Function;

/**
 * Decision of a cleaning step on one record.
 *
 * <p>A step <em>returns</em> {@link Rejected} when the record is at fault and <em>throws</em> when
 * we or the world are: the first goes to quarantine, the second stops the work.
 */
public sealed interface Outcome<T> {

  /** The record goes on to the next step as {@code value}. */
  record Kept<T>(T value) implements Outcome<T> {}

  /** The record leaves the pipeline here; {@code rejection} says why. */
  record Rejected<T>(Rejection rejection) implements Outcome<T> {}

  static <T> Outcome<T> kept(T value) {
    return new Kept<>(value);
  }

  static <T> Outcome<T> rejected(Rejection rejection) {
    return new Rejected<>(rejection);
  }

  /** A rejection where nothing is measured. */
  static <T> Outcome<T> rejected(RejectReason reason, String detail) {
    return new Rejected<>(new Rejection(reason, detail, Measured.NONE));
  }

  /** A rejection for a value, or a text, that is not allowed. */
  static <T> Outcome<T> rejected(RejectReason reason, String detail, Measured measured) {
    return new Rejected<>(new Rejection(reason, detail, measured));
  }

  /** Collapses both cases into one value; the Java 17 stand-in for an exhaustive switch. */
  default <R> R fold(
      Function<? super T, ? extends R> ifKept, Function<Rejection, ? extends R> ifRejected) {
    if (this instanceof Kept<T> kept) {
      return ifKept.apply(kept.value());
    }
    return ifRejected.apply(((Rejected<T>) this).rejection());
  }

  /** Changes a kept value; a rejection passes through untouched. */
  default <U> Outcome<U> map(Function<? super T, ? extends U> change) {
    return fold(value -> kept(change.apply(value)), Outcome::rejected);
  }

  /** Runs {@code next} on a kept value; a rejection passes through untouched. */
  default <U> Outcome<U> then(Step<? super T, U> next) {
    return fold(next::apply, Outcome::rejected);
  }

  /** The kept value alone, or nothing: one arm of a fork. */
  default List<T> keptOnly() {
    return fold(List::of, rejection -> List.of());
  }

  /** The rejection alone, or nothing: the other arm. */
  default List<Rejection> rejectedOnly() {
    return fold(kept -> List.of(), List::of);
  }
}
