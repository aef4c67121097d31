package io.pairstream.service.report;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Counters by name and labels, as the service reports them. Thread-safe. */
public final class Counts implements Consumer<Reading> {

  private final ConcurrentMap<List<String>, LongAdder> sums = new ConcurrentHashMap<>();
  private final ConcurrentMap<List<String>, LongAdder> nanos = new ConcurrentHashMap<>();
  private final List<Distribution> distributions = new CopyOnWriteArrayList<>();

  /**
   * A counter; it is reported from now on.
   *
   * @param nameAndLabels its name, then names and values of its labels
   */
  public LongAdder of(String... nameAndLabels) {
    return sums.computeIfAbsent(List.of(nameAndLabels), first -> new LongAdder());
  }

  /**
   * A counter of nanoseconds, which is reported in seconds.
   *
   * @param nameAndLabels likewise; the name ends with {@code _seconds_total}
   */
  public LongAdder nanosOf(String... nameAndLabels) {
    return nanos.computeIfAbsent(List.of(nameAndLabels), first -> new LongAdder());
  }

  /** Reports a distribution from now on. */
  public Distribution with(Distribution distribution) {
    distributions.add(distribution);
    return distribution;
  }

  @Override
  public void accept(Reading reading) {
    distributions.forEach(distribution -> distribution.accept(reading));
    sums.forEach((key, sum) -> reading.counter(key.get(0), sum.sum(), labels(key)));
    nanos.forEach((key, sum) -> reading.time(key.get(0), Duration.ofNanos(sum.sum()), labels(key)));
  }

  private static String[] labels(List<String> key) {
    return key.subList(1, key.size()).toArray(String[]::new);
  }
}
