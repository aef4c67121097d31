package io.pairstream.operate.profile;

import io.pairstream.schemas.PairStatus;
import java.util.Optional;

/**
 * How a pair was judged, by its records. A pair that lies in a split is accepted, whatever else was
 * said of it: topics are read beside each other, so that its records come in any order.
 */
record Judged(Optional<Facts> accepted, Optional<Facts> rejected, boolean isWithdrawn) {

  static final Judged NOTHING = new Judged(Optional.empty(), Optional.empty(), false);

  Judged accept(Facts facts) {
    return new Judged(Optional.of(facts), rejected, isWithdrawn);
  }

  /** Adds a rejection; the latest of several stands. */
  Judged reject(Facts facts) {
    return rejected.isPresent() && !facts.isSince(rejected.get())
        ? this
        : new Judged(accepted, Optional.of(facts), isWithdrawn);
  }

  Judged withdraw(boolean withdrawn) {
    return new Judged(accepted, rejected, withdrawn);
  }

  /** Takes the pair out of a split. */
  Judged remove(PairStatus split) {
    return new Judged(accepted.filter(facts -> facts.status() != split), rejected, isWithdrawn);
  }

  /** The facts that the pair counts for now; empty for none. */
  Optional<Facts> counted() {
    return accepted.or(() -> isWithdrawn ? Optional.of(Facts.WITHDRAWN) : rejected);
  }
}
