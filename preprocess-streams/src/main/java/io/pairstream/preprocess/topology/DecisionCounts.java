package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was decided, why, and how long after the record had arrived. A record whose transaction is
 * aborted is decided again, and counted again. Thread-safe.
 */
public final class DecisionCounts {

  /** Upper ends of the classes into which delays fall, in seconds; the last class has no end. */
  public static final List<Double> DELAY_SECONDS =
      List.of(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0);

  private final Clock clock;
  private final Map<PairStatus, LongAdder> standings = new ConcurrentHashMap<>();
  private final Map<RejectReason, LongAdder> reasons = new ConcurrentHashMap<>();
  private final LongAdder[] delays = new LongAdder[DELAY_SECONDS.size() + 1];
  private final LongAdder delayMillis = new LongAdder();

  public DecisionCounts(Clock clock) {
    this.clock = clock;
    Arrays.setAll(delays, any -> new LongAdder());
  }

  void published(Tracked<Receipt> decided) {
    count(standings, PairStatus.valueOf(decided.stage().getStanding()));
    delay(decided.raw().arrivedAt());
  }

  void turned(Tracked<Tracked.Turned> turned) {
    count(standings, PairStatus.QUARANTINED);
    count(reasons, turned.stage().rejection().reason());
    delay(turned.raw().arrivedAt());
  }

  void withdrawn() {
    count(standings, PairStatus.WITHDRAWN);
  }

  private void delay(Instant arrivedAt) {
    long millis = Math.max(0, clock.millis() - arrivedAt.toEpochMilli());
    delayMillis.add(millis);
    int at = 0;
    while (at < DELAY_SECONDS.size() && millis > DELAY_SECONDS.get(at) * 1000) {
      at++;
    }
    delays[at].increment();
  }

  /** Decisions by the standing that they gave. */
  public SortedMap<PairStatus, Long> byStanding() {
    return sums(standings);
  }

  /** Records that were rejected, by reason. */
  public SortedMap<RejectReason, Long> byReason() {
    return sums(reasons);
  }

  /**
   * Decisions within each end of {@link #DELAY_SECONDS} after the record's arrival, and last all of
   * them.
   */
  public List<Long> withinDelay() {
    Long[] within = new Long[delays.length];
    long sum = 0;
    for (int i = 0; i < delays.length; i++) {
      sum += delays[i].sum();
      within[i] = sum;
    }
    return List.of(within);
  }

  /** All delays together, in milliseconds. */
  public long delayMillis() {
    return delayMillis.sum();
  }

  private static <E> void count(Map<E, LongAdder> counts, E of) {
    counts.computeIfAbsent(of, first -> new LongAdder()).increment();
  }

  private static <E> SortedMap<E, Long> sums(Map<E, LongAdder> counts) {
    SortedMap<E, Long> sums = new TreeMap<>();
    counts.forEach((value, count) -> sums.put(value, count.sum()));
    return sums;
  }
}
