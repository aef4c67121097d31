package io.pairstream.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Processor time used so far, by name of a process.
 *
 * @param byName user and system time together; never negative
 */
record ProcessorTime(SortedMap<String, Duration> byName) {

  /** That of several processes, each under its name; that of their children as image workers. */
  static ProcessorTime of(Map<String, Long> pids) {
    SortedMap<String, Duration> times = new TreeMap<>();
    pids.forEach(
        (name, pid) ->
            ProcessHandle.of(pid)
                .ifPresent(
                    process -> {
                      times.merge(name, used(process), Duration::plus);
                      process
                          .descendants()
                          .forEach(it -> times.merge("image workers", used(it), Duration::plus));
                    }));
    return new ProcessorTime(times);
  }

  private static Duration used(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** What was used since an earlier time, in milliseconds per pair. */
  SortedMap<String, Double> perPair(ProcessorTime earlier, long pairs) {
    SortedMap<String, Double> perPair = new TreeMap<>();
    byName.forEach(
        (name, time) -> {
          Duration since = time.minus(earlier.byName.getOrDefault(name, Duration.ZERO));
          // A process that has ended takes its time with it.
          long milliseconds = Math.max(0, since.toMillis());
          perPair.put(name, Math.round(milliseconds * 1e3 / pairs) / 1e3);
        });
    return perPair;
  }
}
