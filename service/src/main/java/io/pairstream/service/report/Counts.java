package io.pairstream.service.report;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Counters by name and labels, as the service reports them. Thread-safe. */
public final class Counts implements Consumer<Reading> {

  private final ConcurrentMap<List<String>, LongAdder> sums = new ConcurrentHashMap<>();

  /**
   * A counter; it is reported from now on.
   *
   * @param nameAndLabels its name, then names and values of its labels
   */
  public LongAdder of(String... nameAndLabels) {
    return sums.computeIfAbsent(List.of(nameAndLabels), first -> new LongAdder());
  }

  @Override
  public void accept(Reading reading) {
    sums.forEach(
        (key, sum) ->
            reading.counter(
                key.get(0), sum.sum(), key.subList(1, key.size()).toArray(String[]::new)));
  }
}
