package io.pairstream.chaos.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether one life of a process kept its memory.
 *
 * <p>A straight line is fitted to the resident memory of the second half of its life; a virtual
 * machine takes what it may in the first. Flat is a line that climbs by less than a tenth of the
 * mean over that half, or by less than 16 MiB.
 *
 * @param process its name
 * @param pid which life
 * @param lived from the first look to the last
 * @param greatestBytes resident
 * @param meanBytes resident, in the second half
 * @param climbBytes from the beginning to the end of the second half, on the fitted line; negative
 *     where it sinks
 */
record MemoryTrend(
    String process, long pid, Duration lived, long greatestBytes, long meanBytes, long climbBytes) {

  /** Lives shorter than that say nothing of a trend. */
  static final Duration TELLING = Duration.ofMinutes(5);

  private static final double ALLOWED_SHARE = 0.1;
  private static final long ALLOWED_BYTES = 16L << 20;

  boolean isTelling() {
    return lived.compareTo(TELLING) >= 0;
  }

  boolean isFlat() {
    return climbBytes <= Math.max(ALLOWED_BYTES, ALLOWED_SHARE * meanBytes);
  }

  /** Of every life of every process, in the order in which they began. */
  static List<MemoryTrend> of(List<Sample> samples) {
    Map<String, List<Point>> lives = new LinkedHashMap<>();
    for (Sample sample : samples) {
      sample
          .resident()
          .forEach(
              (name, resident) ->
                  lives
                      .computeIfAbsent(name + " " + resident.pid(), unused -> new ArrayList<>())
                      .add(new Point(name, resident, sample.at())));
    }
    return lives.values().stream().map(MemoryTrend::ofLife).toList();
  }

  private record Point(String process, Sample.Resident resident, Instant at) {}

  private static MemoryTrend ofLife(List<Point> points) {
    Point first = points.get(0);
    Point last = points.get(points.size() - 1);
    Duration lived = Duration.between(first.at(), last.at());
    Instant half = first.at().plus(lived.dividedBy(2));
    List<Point> second = points.stream().filter(point -> !point.at().isBefore(half)).toList();
    double meanSeconds =
        second.stream().mapToDouble(point -> since(half, point)).average().orElse(0);
    double mean =
        second.stream().mapToDouble(point -> point.resident().bytes()).average().orElse(0);
    double together = 0;
    double spread = 0;
    for (Point point : second) {
      double seconds = since(half, point) - meanSeconds;
      together += seconds * (point.resident().bytes() - mean);
      spread += seconds * seconds;
    }
    double bytesPerSecond = spread == 0 ? 0 : together / spread;
    return new MemoryTrend(
        first.process(),
        first.resident().pid(),
        lived,
        points.stream().mapToLong(point -> point.resident().bytes()).max().orElse(0),
        Math.round(mean),
        Math.round(bytesPerSecond * since(half, last)));
  }

  private static double since(Instant half, Point point) {
    return Duration.between(half, point.at()).toMillis() / 1e3;
  }
}
