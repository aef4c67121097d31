package io.pairstream.operations.profile;

import io.pairstream.schemas.PairStatus;
import java.util.Optional;

/**
 * What is known of one pair, in whatever order its records came: topics are read beside each other.
 *
 * @param accepted the pair as it lies in a split, if it does
 * @param rejected its latest rejection that no copy got, if there is one
 * @param withdrawn whether its receipt says so
 */
record PairState(Optional<Facts> accepted, Optional<Facts> rejected, boolean withdrawn) {

  static final PairState NOTHING = new PairState(Optional.empty(), Optional.empty(), false);

  PairState accept(Facts facts) {
    return new PairState(Optional.of(facts), rejected, withdrawn);
  }

  /** A pair may be rejected several times; the latest rejection stands. */
  PairState reject(Facts facts) {
    return rejected.isEmpty() || facts.isLaterThan(rejected.get())
        ? new PairState(accepted, Optional.of(facts), withdrawn)
        : this;
  }

  /** The pair has left that split's topic. */
  PairState remove(PairStatus standing) {
    return accepted.isPresent() && accepted.get().standing() == standing
        ? new PairState(Optional.empty(), rejected, withdrawn)
        : this;
  }

  PairState withWithdrawn(boolean now) {
    return new PairState(accepted, rejected, now);
  }

  /**
   * What the pair counts as: a pair that lies in a split is accepted, whatever was said of it
   * before or is said of a record of it that came again.
   */
  Optional<Facts> counted() {
    if (accepted.isPresent()) {
      return accepted;
    }
    return withdrawn ? Optional.of(Facts.WITHDRAWN) : rejected;
  }
}
