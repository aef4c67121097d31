package io.pairstream.chaos.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Samples as points of a picture, no more of them than it has room for. */
final class Series {

  private final List<Sample> samples;
  private final Instant began;
  private final int most;

  /** At most {@code most} points a line, from {@code began}. */
  Series(List<Sample> samples, Instant began, int most) {
    this.samples = samples;
    this.began = began;
    this.most = most;
  }

  /** How fast a count grew. */
  List<TimeChart.Point> perSecond(ToLongFunction<Sample> count) {
    List<TimeChart.Point> points = new ArrayList<>();
    int each = each();
    for (int i = each; i < samples.size(); i += each) {
      Sample before = samples.get(i - each);
      Sample now = samples.get(i);
      double seconds = Duration.between(before.at(), now.at()).toMillis() / 1e3;
      double grown = count.applyAsLong(now) - count.applyAsLong(before);
      points.add(new TimeChart.Point(at(now), seconds <= 0 ? Double.NaN : grown / seconds));
    }
    return points;
  }

  /** The greatest of a value; NaN where it is not known. */
  List<TimeChart.Point> greatest(ToDoubleFunction<Sample> value) {
    List<TimeChart.Point> points = new ArrayList<>();
    int each = each();
    for (int i = 0; i < samples.size(); i += each) {
      List<Sample> bucket = samples.subList(i, Math.min(i + each, samples.size()));
      double greatest =
          bucket.stream()
              .mapToDouble(value)
              .filter(known -> !Double.isNaN(known))
              .max()
              .orElse(Double.NaN);
      points.add(new TimeChart.Point(at(bucket.get(0)), greatest));
    }
    return points;
  }

  private int each() {
    return Math.max(1, (samples.size() + most - 1) / most);
  }

  private double at(Sample sample) {
    return Duration.between(began, sample.at()).toMillis() / 1e3;
  }
}
