package io.pairstream.service.report;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** How long something took, as a histogram of seconds. Thread-safe. */
public final class Distribution implements Consumer<Reading> {

  private final String name;
  private final List<Double> ends;
  private final List<LongAdder> buckets;
  private final LongAdder millis = new LongAdder();

  /**
   * An empty distribution.
   *
   * @param name ends with {@code _seconds}
   * @param ends upper ends of the buckets in seconds, ascending; the last is infinite
   */
  public Distribution(String name, List<Double> ends) {
    this.name = name;
    this.ends = List.copyOf(ends);
    this.buckets = Stream.generate(LongAdder::new).limit(ends.size()).toList();
  }

  /** Counts a duration in the first bucket that reaches as far. */
  public void add(Duration duration) {
    int bucket = 0;
    while (duration.toMillis() > ends.get(bucket) * 1000) {
      bucket++;
    }
    buckets.get(bucket).increment();
    millis.add(duration.toMillis());
  }

  @Override
  public void accept(Reading reading) {
    long sum = 0;
    for (int i = 0; i < ends.size(); i++) {
      sum += buckets.get(i).sum();
      String end = Double.isInfinite(ends.get(i)) ? "+Inf" : String.valueOf(ends.get(i));
      reading.histogram(name, "bucket", (double) sum, "le", end);
    }
    reading.histogram(name, "count", (double) sum).histogram(name, "sum", millis.sum() / 1e3);
  }
}
