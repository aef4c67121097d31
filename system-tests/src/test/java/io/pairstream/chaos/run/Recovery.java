package io.pairstream.chaos.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long it took until outputs came again, over several faults.
 *
 * @param faults how many there were
 * @param unknown those of them after which no output came, or before which none was due
 */
record Recovery(int faults, int unknown, Duration median, Duration p95, Duration longest) {

  static Recovery of(List<FaultEvent> events) {
    List<Duration> known =
        events.stream().map(FaultEvent::recovery).flatMap(Optional::stream).sorted().toList();
    return new Recovery(
        events.size(),
        events.size() - known.size(),
        rank(known, 0.5),
        rank(known, 0.95),
        rank(known, 1));
  }

  /** The nearest rank; zero of nothing. */
  static Duration rank(List<Duration> sorted, double share) {
    if (sorted.isEmpty()) {
      return Duration.ZERO;
    }
    int rank = (int) Math.ceil(share * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1);
  }
}
