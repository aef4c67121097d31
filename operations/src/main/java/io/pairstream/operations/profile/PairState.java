package io.pairstream.operations.profile;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import java.util.Comparator;
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

  private static final Comparator<Facts> LATEST_LAST =
      Comparator.comparing(Facts::decidedAt)
          .thenComparing(
              Facts::origin,
              Comparator.comparing(Origin::getTopic)
                  .thenComparing(Origin::getPartition)
                  .thenComparing(Origin::getOffset));

  PairState accept(Facts facts) {
    return new PairState(Optional.of(facts), rejected, withdrawn);
  }

  /** A pair may be turned away several times; the latest rejection stands. */
  PairState reject(Facts facts) {
    boolean isLatest = rejected.isEmpty() || LATEST_LAST.compare(rejected.get(), facts) <= 0;
    return isLatest ? new PairState(accepted, Optional.of(facts), withdrawn) : this;
  }

  /** The pair has left that split's topic. */
  PairState remove(PairStatus standing) {
    return accepted.isPresent() && accepted.get().slice().standing() == standing
        ? new PairState(Optional.empty(), rejected, withdrawn)
        : this;
  }

  PairState withWithdrawn(boolean now) {
    return new PairState(accepted, rejected, now);
  }

  boolean isNothing() {
    return accepted.isEmpty() && rejected.isEmpty() && !withdrawn;
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
